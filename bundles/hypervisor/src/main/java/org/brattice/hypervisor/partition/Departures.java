package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.brattice.api.Departure;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.Resource;

/**
 * What becomes of the resources of partitions that stop (S10): a stop counts when the settle time has passed, an
 * update and a restart move nothing. Then all goes where the relocation policies say, by one move after the other; what a
 * winner does not want goes to the free pool. Control thread, unless said otherwise.
 */
final class Departures {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;
    /** How long a winner may take. */
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** How many settle times partitions have to come back in after a start of the framework. */
    private static final int STARTING = 10;

    private final ControlThread control;
    private final Ownership ownership;
    private final Mover mover;
    private final Loans loans;
    private final Duration settle;
    /** How many partitions have departed whose resources are still on their way. */
    private volatile int leaving;
    private volatile Planner planner = departure -> CompletableFuture.completedFuture(Map.of());

    /** Where a resource is to go, and who said so. */
    record Place(String to, String policy) {
        static final Place FREE = new Place("", "free pool");
    }

    /** Says where resources go; those that it leaves out go to the free pool. Any thread. */
    interface Planner {
        CompletableFuture<Map<Resource, Place>> plan(Departure departure);
    }

    Departures(ControlThread control, Ownership ownership, Mover mover, Loans loans,
            Duration settle) {
        this.control = control;
        this.ownership = ownership;
        this.mover = mover;
        this.loans = loans;
        this.settle = settle;
    }

    /** Who says where resources go. Before the first partition stops. */
    void planner(Planner newPlanner) {
        planner = newPlanner;
    }

    /**
     * What a partition without a boot owns goes now.
     *
     * @param standby name of the partition that gets it, or "" for where the policies say
     * @return whether there is anything
     */
    boolean now(LogicalPartition partition, String standby) {
        long ends = partition.ends();
        return gone(partition, ends) && depart(partition, ends, standby);
    }

    /** A partition has no boot, and none is on its way. What it got since it departed it keeps. */
    void idle(LogicalPartition partition) {
        idle(partition, settle, false);
    }

    /** The framework has started: a partition that was kept from before has some time to boot. */
    void kept(LogicalPartition partition) {
        // One that had departed may have been killed before all of its resources had gone.
        idle(partition, settle.multipliedBy(STARTING), true);
    }

    /** How many partitions have departed whose resources are still on their way. Any thread. */
    int leaving() {
        return leaving;
    }

    /** A partition is no more, and what it owned is free: loans go back to their lenders. */
    void destroyed(int number) {
        loans.forget(number);
    }

    private void idle(LogicalPartition partition, Duration time, boolean again) {
        long ends = partition.ends();
        control.later(time, () -> {
            if (gone(partition, ends) && (again || !ownership.departed(partition.number()))) {
                depart(partition, ends, "");
            }
        });
    }

    /** Whether it has no boot, and had none since. */
    private boolean gone(LogicalPartition partition, long ends) {
        return partition.ends() == ends && settles(partition);
    }

    /** Whether it has no boot and nothing holds it: it departs when that stays so for the settle time. */
    boolean settles(LogicalPartition partition) {
        return partition.boot() == null && partition.hold() == null && mover.present(partition)
                && !mover.closing() && (partition.state() == PartitionState.STOPPED
                        || partition.state() == PartitionState.FAILED);
    }

    private boolean depart(LogicalPartition partition, long ends, String standby) {
        ownership.departed(partition);
        List<Resource> resources = resources(partition.number());
        if (resources.isEmpty()) {
            return false;
        }
        List<Resource> own = resources.stream()
                .filter(resource -> loans.lender(resource, partition) == null).toList();
        Departure departure = new Departure(partition.name(), partition.number(),
                partition.status().reason(), own);
        LOGGER.log(System.Logger.Level.INFO, "partition={0} departed, because {1}: {2} go where the"
                + " relocation policies say", partition.name(), departure.cause(), resources);
        leaving++;
        CompletableFuture<Map<Resource, Place>> plan = own.isEmpty() || !standby.isEmpty()
                ? CompletableFuture.completedFuture(own.stream().collect(
                        Collectors.toMap(Function.identity(),
                                any -> new Place(standby, "verdict"))))
                : planner.plan(departure);
        plan.whenComplete((places, failure) -> control.queue(() -> new Leaving(partition, ends,
                resources, places == null ? Map.of() : places).next()));
        return true;
    }

    /** All that it owns above its identity. */
    private List<Resource> resources(int number) {
        List<Resource> resources = new ArrayList<>();
        ownership.processors().of(number)
                .forEach(index -> resources.add(new Resource.Processor(index)));
        ownership.blocks().spare(number)
                .forEach(index -> resources.add(new Resource.MemoryBlock(index)));
        ownership.slots().of(ownership.nameOf(number))
                .forEach(location -> resources.add(new Resource.Slot(location)));
        return resources;
    }

    /** The resources of one departure, on their way. */
    private final class Leaving {
        private final LogicalPartition partition;
        private final long ends;
        private final Map<Resource, Place> places;
        private final Queue<Resource> left;
        private final Queue<Resource> again = new ArrayDeque<>();

        Leaving(LogicalPartition partition, long ends, List<Resource> resources,
                Map<Resource, Place> places) {
            this.partition = partition;
            this.ends = ends;
            this.places = places;
            this.left = new ArrayDeque<>(resources);
        }

        void next() {
            if (!gone(partition, ends)) {
                leaving--;
                return;
            }
            Resource resource = left.poll();
            if (resource != null) {
                move(resource, place(resource));
            } else if (!again.isEmpty()) {
                control.later(settle, () -> {
                    left.addAll(again);
                    again.clear();
                    next();
                });
            } else {
                leaving--;
            }
        }

        private Place place(Resource resource) {
            String lender = loans.lender(resource, partition);
            if (lender != null) {
                return new Place(lender, "a loan returns");
            }
            Place place = places.getOrDefault(resource, Place.FREE);
            return place.to().isEmpty() || !ownership.hasDeparted(place.to())
                    ? place
                    : new Place("", "free pool, as " + place.to() + " has departed");
        }

        private void move(Resource resource, Place place) {
            mover.move(new MoveRequest(resource, place.to(), true, LIMIT,
                    partition.name() + " departed; policy: " + place.policy()),
                    () -> gone(partition, ends) ? null : partition.name() + " came back meanwhile")
                    .whenComplete((move, failure) -> control.queue(() -> moved(resource, place,
                            move != null && move.state() == Move.State.DONE, failure)));
        }

        private void moved(Resource resource, Place place, boolean done, Throwable failure) {
            boolean stays = !done && ownership.owns(partition.number(), resource);
            if (stays && !place.to().isEmpty() && gone(partition, ends)) {
                move(resource, new Place("", "free pool, as " + place.to() + " did not take it"));
                return;
            }
            if (stays) {
                LOGGER.log(System.Logger.Level.WARNING, "partition={0} departed, and {1} could not"
                        + " go yet: {2}", partition.name(), resource,
                        failure == null ? "its move was undone" : failure.getMessage());
                again.add(resource);
            }
            next();
        }
    }
}
