package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.brattice.api.Holding;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;

/**
 * Gets a partition what it declares and the free pool has not got, by moves from those that own more than their
 * minimum: one resource after the other, from whoever has the most to spare; who vetoes is not asked again. Control
 * thread.
 */
final class Supply {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;
    /** How long each partition may take to answer. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final ControlThread control;
    private final Ownership ownership;
    private final Mover mover;
    private final Loans loans;

    Supply(ControlThread control, Ownership ownership, Mover mover, Loans loans) {
        this.loans = loans;
        this.control = control;
        this.ownership = ownership;
        this.mover = mover;
    }

    /** Whether others can spare that much. */
    boolean possible(LogicalPartition partition, Missing missing) {
        List<Holding> others = others(partition);
        return missing.processors() <= others.stream()
                .mapToInt(one -> one.spareProcessors().size()).sum()
                && missing.blocks() <= others.stream().mapToInt(one -> one.spareBlocks().size())
                        .sum();
    }

    private List<Holding> others(LogicalPartition partition) {
        return ownership.all().stream()
                .filter(one -> one.number() != 0 && one.number() != partition.number()).toList();
    }

    /**
     * Gets it.
     *
     * @param partition that lacks it
     * @param pool whether it goes to the free pool, because the partition cannot own it yet
     * @param cause in words
     * @param wanted whether it is still lacking
     * @param done run when it has come, or nobody is left to ask
     */
    void get(LogicalPartition partition, Missing missing, boolean pool, String cause,
            BooleanSupplier wanted, Runnable done) {
        new Errand(partition, missing, pool ? "" : partition.name(), cause, wanted, done).next();
    }

    /** What is still to be got for one partition. */
    private final class Errand {
        private final LogicalPartition partition;
        private final String to;
        private final String cause;
        private final BooleanSupplier wanted;
        private final Runnable done;
        private final Set<String> refused = new HashSet<>();
        private int processors;
        private int blocks;
        private final List<String> slots;
        private int slot;

        Errand(LogicalPartition partition, Missing missing, String to, String cause,
                BooleanSupplier wanted, Runnable done) {
            this.wanted = wanted;
            this.partition = partition;
            this.processors = missing.processors();
            this.blocks = missing.blocks();
            this.slots = missing.slots();
            this.to = to;
            this.cause = cause;
            this.done = done;
        }

        void next() {
            if (mover.closing() || !wanted.getAsBoolean()) {
                return;
            }
            if (processors > 0 && ask("processor", Holding::spareProcessors,
                    Resource.Processor::new, () -> processors--)) {
                return;
            }
            if (blocks > 0 && ask("block", Holding::spareBlocks, Resource.MemoryBlock::new,
                    () -> blocks--)) {
                return;
            }
            if (slot < slots.size()) {
                move(new Resource.Slot(slots.get(slot++)), "", () -> {});
                return;
            }
            if (processors > 0 || blocks > 0) {
                LOGGER.log(System.Logger.Level.WARNING,
                        "partition={0} lacks processors={1} blocks={2} of what it declares, and"
                                + " nobody spares them",
                        partition.name(), processors, blocks);
            }
            done.run();
        }

        /** Asks whoever has the most; whether there is anybody. */
        private boolean ask(String kind, Function<Holding, List<Integer>> all,
                Function<Integer, Resource> resource, Runnable got) {
            Function<Holding, List<Integer>> spare = one -> all.apply(one).stream()
                    .filter(index -> !loans.lent(resource.apply(index))).toList();
            Optional<Holding> most = others(partition).stream()
                    .filter(one -> !spare.apply(one).isEmpty()
                            && !refused.contains(kind + one.number()))
                    .max(Comparator.comparingInt(one -> spare.apply(one).size()));
            most.ifPresent(one -> move(resource.apply(spare.apply(one).getLast()),
                    kind + one.number(), got));
            return most.isPresent();
        }

        private void move(Resource resource, String whom, Runnable got) {
            mover.move(new MoveRequest(resource, to, false, LIMIT, cause))
                    .whenComplete((move, failure) -> control.queue(() -> {
                        if (move != null && move.state() == Move.State.DONE) {
                            got.run();
                        } else {
                            refused.add(whom);
                        }
                        next();
                    }));
        }
    }
}
