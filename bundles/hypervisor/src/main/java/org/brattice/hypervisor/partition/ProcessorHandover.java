package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.List;

import org.brattice.api.Move;
import org.brattice.api.Resource;

/** A processor changes hands: one of the loser's boot leaves, and the winner's boot gets one more. */
final class ProcessorHandover implements Handover {
    private final Mover mover;
    private final Resource.Processor processor;
    private final LogicalPartition from;
    private final LogicalPartition to;
    /** The boot that a processor was told to leave, or null; and whether it has left. */
    private BootRun dismissed;
    private boolean hasLeft;

    ProcessorHandover(Mover mover, Resource.Processor processor, LogicalPartition from,
            LogicalPartition to) {
        this.mover = mover;
        this.processor = processor;
        this.from = from;
        this.to = to;
    }

    @Override
    public String obstacle() {
        if (from == null) {
            return null;
        }
        if (Mover.boot(from) != null && Mover.running(from) == null) {
            return "resource=" + processor + " is owned by " + from.name()
                    + ", which boots: ask again when it runs";
        }
        int least = mover.ownership().leastProcessors(from.number());
        int stay = mover.ownership().processors().of(from.number()).size()
                - mover.others(from, processor);
        if (stay > least) {
            return null;
        }
        return "resource=" + processor + (least == 1
                ? " is the last processor that " + from.name() + " has: it needs one"
                : " is one of " + stay + " processors, and " + from.name() + " keeps "
                        + "processors.minimum=" + least)
                + "; give it another first";
    }

    @Override
    public List<String> steps() {
        return Mover.running(from) == null
                ? List.of()
                : List.of("a processor of " + from.name()
                        + " ends its task and leaves, in the same time");
    }

    @Override
    public boolean release() {
        BootRun loser = Mover.boot(from);
        if (hasLeft || dismissed == null && loser == null) {
            return true;
        }
        if (dismissed == null) {
            dismissed = loser;
            loser.processors().dismiss();
        }
        return false;
    }

    @Override
    public String waitsFor() {
        return "a processor of " + from.name() + " is to leave";
    }

    @Override
    public String late(Duration limit) {
        return "no processor of " + from.name() + " left in " + Moving.text(limit) + ": "
                + dismissed.processors().busy();
    }

    @Override
    public boolean left(BootRun boot) {
        if (dismissed != boot || hasLeft) {
            return false;
        }
        hasLeft = true;
        return true;
    }

    @Override
    public void keep() {
        if (dismissed != null) {
            dismissed.keepProcessor();
        }
    }

    @Override
    public String hand(Move move) {
        mover.ownership().hand(move);
        BootRun winner = Mover.boot(to);
        if (winner != null) {
            winner.addProcessor();
        }
        return "";
    }
}
