package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.brattice.api.Departure;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.PartitionState;
import org.brattice.api.Resource;

/**
 * What becomes of the resources of partitions that stop (S10): a stop counts when the settle time has passed, an
 * update and a restart move nothing. Then all goes where the relocation policies say, by moves; what a winner does
 * not want goes to the free pool. Control thread, unless said otherwise.
 */
final class Departures {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;
    /** How long a winner may take. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final ControlThread control;
    private final Ownership ownership;
    private final Mover mover;
    private final Loans loans;
    private final Duration settle;
    private volatile Planner planner = departure -> CompletableFuture.completedFuture(Map.of());

    /** Where a resource is to go, and who said so. */
    record Place(String to, String policy) {}

    /** Says where resources go; those that it leaves out go to the free pool. Any thread. */
    interface Planner {
        CompletableFuture<Map<Resource, Place>> plan(Departure departure);
    }

    Departures(ControlThread control, Ownership ownership, Mover mover, Loans loans,
            Duration settle) {
        this.loans = loans;
        this.control = control;
        this.ownership = ownership;
        this.mover = mover;
        this.settle = settle;
    }

    /** Who says where resources go. Before the first partition stops. */
    void planner(Planner newPlanner) {
        planner = newPlanner;
    }

    /** A boot has ended, and no other has begun. */
    void idle(LogicalPartition partition) {
        long ends = partition.ends();
        control.later(settle, () -> {
            if (partition.ends() == ends && gone(partition) && !mover.closing()) {
                depart(partition);
            }
        });
    }

    private boolean gone(LogicalPartition partition) {
        return partition.boot() == null && mover.present(partition)
                && (partition.state() == PartitionState.STOPPED
                        || partition.state() == PartitionState.FAILED);
    }

    private void depart(LogicalPartition partition) {
        ownership.departed(partition);
        List<Resource> resources = new ArrayList<>(resources(partition.number()));
        resources.removeIf(resource -> returned(partition, resource));
        if (resources.isEmpty()) {
            return;
        }
        Departure departure = new Departure(partition.name(), partition.number(),
                partition.status().reason(), resources);
        LOGGER.log(System.Logger.Level.INFO, "partition={0} departed, because {1}: {2} go where the"
                + " relocation policies say", partition.name(), departure.cause(), resources);
        planner.plan(departure).whenComplete((places, failure) -> control
                .queue(() -> relocate(partition, departure, places == null ? Map.of() : places)));
    }

    /** Whether a resource was lent to it: then it goes back. */
    private boolean returned(LogicalPartition partition, Resource resource) {
        String lender = loans.lender(resource, partition);
        if (lender == null || !ownership.admitted(lender)) {
            return false;
        }
        move(partition, resource, new Place(lender, "a loan returns"));
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

    private void relocate(LogicalPartition partition, Departure departure,
            Map<Resource, Place> places) {
        for (Resource resource : departure.resources()) {
            Place place = places.getOrDefault(resource, new Place("", "free pool"));
            move(partition, resource, place);
        }
    }

    private void move(LogicalPartition partition, Resource resource, Place place) {
        if (!gone(partition)) {
            return;
        }
        mover.move(new MoveRequest(resource, place.to(), true, LIMIT,
                partition.name() + " departed; policy: " + place.policy()))
                .whenComplete((move, failure) -> {
                    boolean moved = move != null && move.state() == Move.State.DONE;
                    if (!moved && !place.to().isEmpty()) {
                        control.queue(() -> move(partition, resource, new Place("",
                                "free pool, as " + place.to() + " did not take it")));
                    }
                });
    }
}
