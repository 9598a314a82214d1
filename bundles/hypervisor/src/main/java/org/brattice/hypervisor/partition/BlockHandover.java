package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.brattice.api.Move;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Size;

/**
 * A memory block changes hands: what the loser has of it is revoked, then it lies in quarantine until it is
 * cleared, piece by piece, then it is the winner's.
 */
final class BlockHandover implements Handover {
    /** Cleared in one step, between which the control thread does what else there is. */
    private static final long PIECE = 16 << 20;

    private final Mover mover;
    private final BlockMap blocks;
    private final Resource.MemoryBlock block;
    private final LogicalPartition from;
    private final LogicalPartition to;
    private final long size;
    private long cleared = -1;
    private long clearingNanos;

    BlockHandover(Mover mover, Resource.MemoryBlock block, LogicalPartition from,
            LogicalPartition to) {
        this.mover = mover;
        this.blocks = mover.holdings().blocks();
        this.block = block;
        this.from = from;
        this.to = to;
        this.size = blocks.range(block.index()).size();
    }

    @Override
    public String obstacle() {
        int index = block.index();
        if (blocks.hypervisors(index)) {
            return "resource=" + block + " holds the hypervisor's tables: it stays";
        }
        if (blocks.quarantined(index) && cleared < 0) {
            return "resource=" + block + " is in quarantine, as an old holder might still reach it:"
                    + " ask again when it is free, which resources shows";
        }
        if (from == null || blocks.spare(index, from.number())) {
            return null;
        }
        return "resource=" + block + " is one of those that " + from.name() + " keeps, for its IPCA"
                + " lies there, or by memory.minimum: those that can move are "
                + blocks.spare(from.number());
    }

    @Override
    public List<String> steps() {
        return from == null || from.boot() == null
                ? List.of()
                : List.of(
                        "what " + from.name() + " has of " + block + " is revoked: segments throw");
    }

    /** Nothing of what ran before can reach the block any more, nor what runs now. */
    @Override
    public boolean release() {
        if (from == null) {
            return made();
        }
        BootRun boot = from.boot();
        boolean out = boot == null || boot.memory().withdraw(block.index());
        return out & mover.lingering(from).stream().allMatch(BootRun::unreachable);
    }

    /** A free block has no bytes yet, and there may be no room for them: that is known before the commit. */
    private boolean made() {
        quarantine();
        if (cleared < size) {
            clear();
        }
        return cleared == size;
    }

    private void quarantine() {
        if (cleared < 0) {
            blocks.quarantineOne(block.index());
            cleared = 0;
        }
    }

    private void clear() {
        long start = System.nanoTime();
        long piece = Math.min(PIECE, size - cleared);
        blocks.clear(block.index(), cleared, piece, from != null);
        cleared += piece;
        clearingNanos += System.nanoTime() - start;
    }

    @Override
    public String waitsFor() {
        return from == null
                ? "it is to get its bytes"
                : "a thread is to come out of blocking I/O on " + block;
    }

    @Override
    public String late(Duration limit) {
        if (from == null) {
            return block + " did not get its bytes in " + Moving.text(limit);
        }
        BootRun boot = from.boot();
        return block + " is held by blocking I/O that did not end in " + Moving.text(limit)
                + (boot == null ? ", of a boot that has ended" : ": " + boot.processors().doing());
    }

    @Override
    public void keep() {
        if (from == null && cleared >= 0) {
            blocks.hand(block.index(), 0);
        } else if (from != null && from.boot() != null) {
            from.boot().memory().restore(block.index());
        }
    }

    @Override
    public String hand(Move move) {
        int index = block.index();
        quarantine();
        if (to != null && cleared < size) {
            clear();
            if (cleared < size) {
                return null;
            }
        }
        if (to == null || !mover.present(to)) {
            blocks.hand(index, 0);
            return to == null ? "" : to.name() + " was destroyed meanwhile: it is free";
        }
        if (to.boot() != null) {
            to.boot().memory().restore(index);
        }
        blocks.hand(index, to.number());
        return String.format(Locale.ROOT, "%s cleared in %.1f ms", Size.text(size),
                clearingNanos / 1e6);
    }
}
