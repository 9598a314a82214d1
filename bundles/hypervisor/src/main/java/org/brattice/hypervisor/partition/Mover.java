package org.brattice.hypervisor.partition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.brattice.api.Message;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;
import org.brattice.hypervisor.resource.Journal;

/**
 * Resource moves (S10): asks both partitions, commits or undoes, and tells both. Control thread, unless said
 * otherwise; it never waits for partition code.
 */
final class Mover {
    private final ControlThread control;
    private final Partitions partitions;
    private final Holdings holdings;
    private final Ownership ownership;
    private final Journal journal;
    private final Function<LogicalPartition, List<BootRun>> lingering;
    private final Map<Long, Moving> open = new ConcurrentHashMap<>();
    /** Of those who wait for an answer. */
    private final Set<CompletableFuture<?>> pending = ConcurrentHashMap.newKeySet();
    private Consumer<Move> listener = move -> {};
    private boolean closing;

    /**
     * A mover of what partitions hold.
     *
     * @param lingering the boots of a partition that have ended and may still reach its memory
     */
    Mover(ControlThread control, Partitions partitions, Holdings holdings,
            Function<LogicalPartition, List<BootRun>> lingering) {
        this.lingering = lingering;
        this.control = control;
        this.partitions = partitions;
        this.holdings = holdings;
        this.ownership = holdings.ownership();
        this.journal = ownership.journal();
    }

    /** Begins a move; completes when it has ended, or exceptionally when it cannot begin. Any thread. */
    CompletableFuture<Move> move(MoveRequest request) {
        return move(request, () -> null);
    }

    /**
     * The same.
     *
     * @param obstacle asked on the control thread until the move is committed: what is in its way, or null
     */
    CompletableFuture<Move> move(MoveRequest request, Supplier<String> obstacle) {
        Objects.requireNonNull(request, "request");
        CompletableFuture<Move> done = new CompletableFuture<>();
        queue(done, () -> begin(request, obstacle, done));
        return done;
    }

    /** Does something for somebody who waits: whatever happens, he is told. */
    private void queue(CompletableFuture<?> waiting, Runnable work) {
        pending.add(waiting);
        waiting.whenComplete((done, failure) -> pending.remove(waiting));
        boolean queued = control.queue(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                waiting.completeExceptionally(e);
            }
        });
        if (!queued) {
            waiting.completeExceptionally(stopping());
        }
    }

    private static IllegalStateException stopping() {
        return new IllegalStateException("the hypervisor stops");
    }

    /** The control thread does nothing more: nobody waits for it. Any thread. */
    void closed() {
        pending.forEach(waiting -> waiting.completeExceptionally(stopping()));
    }

    private void begin(MoveRequest request, Supplier<String> obstacle,
            CompletableFuture<Move> done) {
        if (closing) {
            throw stopping();
        }
        String inTheWay = obstacle.get();
        if (inTheWay != null) {
            throw new IllegalArgumentException(inTheWay);
        }
        LogicalPartition from = owner(request.resource());
        LogicalPartition to = destination(request, from);
        Move move = journal.begin(new Move(0, request.resource(), name(from), number(from),
                name(to), number(to), Move.State.BEGUN, Instant.EPOCH, Instant.EPOCH,
                request.cause(), ""));
        Moving moving = new Moving(this, request, obstacle, move, from, to, done);
        open.put(move.id(), moving);
        moving.begin();
    }

    private LogicalPartition owner(Resource resource) {
        int number = ownership.owner(resource);
        return number == 0 ? null : partitions.numbered(number);
    }

    /** Who is to get it, or null for the free pool; checks that the move can be made. */
    private LogicalPartition destination(MoveRequest request, LogicalPartition from) {
        Resource resource = request.resource();
        LogicalPartition to = request.to().isEmpty() ? null : partitions.named(request.to());
        if (to == null && !request.to().isEmpty() || to != null && to.number() == 0) {
            throw new IllegalArgumentException("to=" + request.to()
                    + " is no partition of the frame: say partitions; the free pool is --free");
        }
        if (to == from) {
            throw new IllegalArgumentException("resource=" + resource + (to == null
                    ? " lies in the free pool already"
                    : " is owned by " + to.name() + " already"));
        }
        for (Moving moving : open.values()) {
            if (moving.move().resource().equals(resource)) {
                throw new IllegalArgumentException(
                        "resource=" + resource + " is moving already: move="
                                + moving.move().id());
            }
        }
        String obstacle = handover(resource, from, to).obstacle();
        if (obstacle != null) {
            throw new IllegalArgumentException(obstacle);
        }
        return to;
    }

    /** How a resource changes hands. */
    Handover handover(Resource resource, LogicalPartition from, LogicalPartition to) {
        return switch (resource) {
            case Resource.Processor processor -> new ProcessorHandover(this, processor, from, to);
            case Resource.MemoryBlock block -> new BlockHandover(this, block, from, to);
            case Resource.Slot slot -> new SlotHandover(ownership, slot);
        };
    }

    /** How many processors but this one are on their way from a partition. */
    int others(LogicalPartition from, Resource.Processor processor) {
        return (int) open.values().stream().map(Moving::move)
                .filter(move -> move.fromNumber() == from.number()
                        && move.resource() instanceof Resource.Processor
                        && !move.resource().equals(processor))
                .count();
    }

    /** Boots of a partition that have ended and may still reach its memory. */
    List<BootRun> lingering(LogicalPartition partition) {
        return lingering.apply(partition);
    }

    /** What a move would do at this moment, step by step. Any thread. */
    CompletableFuture<List<String>> plan(MoveRequest request) {
        Objects.requireNonNull(request, "request");
        CompletableFuture<List<String>> plan = new CompletableFuture<>();
        queue(plan, () -> {
            LogicalPartition from = owner(request.resource());
            plan.complete(steps(request, from, destination(request, from)));
        });
        return plan;
    }

    private List<String> steps(MoveRequest request, LogicalPartition from,
            LogicalPartition to) {
        String late = request.overrule() ? "overruled" : "the move is undone";
        String wait = request.limit().toMillis() + " ms to answer, or "
                + (request.overrule() ? "it is " + late : late);
        List<String> steps = new ArrayList<>();
        if (from != null) {
            steps.add(running(from) == null
                    ? from.name() + " does not run: it is not asked"
                    : from.name() + " is asked to release " + request.resource() + ": " + wait);
        }
        if (to != null) {
            String writer = from != null && running(from) != null ? from.name() : "the hypervisor";
            steps.add(writer + " writes to the IPCA of " + to.name());
            steps.add(running(to) == null
                    ? to.name() + " does not run: it reads that at its next boot"
                    : to.name() + " is asked to take it: " + wait);
        }
        steps.addAll(handover(request.resource(), from, to).steps());
        steps.add("commit: " + request.resource() + " is owned by "
                + (to == null
                        ? "nobody"
                        : to.name() + (request.resource() instanceof Resource.MemoryBlock
                                ? ", once it is cleared"
                                : "")));
        steps.add("both are told");
        return steps;
    }

    /** Who is told of each move that is done. Before the first. */
    void listener(Consumer<Move> newListener) {
        listener = newListener;
    }

    /** Whether nothing moves any more. */
    boolean closing() {
        return closing;
    }

    /** The boot of a partition that can be asked, or null. */
    static BootRun running(LogicalPartition partition) {
        BootRun boot = boot(partition);
        return boot == null || boot.scanner() == null ? null : boot;
    }

    /** The boot of a partition that has processors and keeps them, or null. */
    static BootRun boot(LogicalPartition partition) {
        BootRun boot = partition == null ? null : partition.boot();
        return boot == null || boot.stopping() ? null : boot;
    }

    private static String name(LogicalPartition partition) {
        return partition == null ? "" : partition.name();
    }

    private static int number(LogicalPartition partition) {
        return partition == null ? 0 : partition.number();
    }

    /** Whether a partition has not been destroyed. */
    boolean present(LogicalPartition partition) {
        return partitions.named(partition.name()) == partition;
    }

    /** Name of a partition by number. */
    String name(int number) {
        return partitions.name(number);
    }

    ControlThread control() {
        return control;
    }

    Ownership ownership() {
        return ownership;
    }

    Holdings holdings() {
        return holdings;
    }

    Journal journal() {
        return journal;
    }

    /** A move has ended. */
    void ended(Moving moving) {
        open.remove(moving.move().id());
        if (moving.move().state() == Move.State.DONE) {
            listener.accept(moving.move());
        }
    }

    /**
     * A partition reads the announcement of a move to it. On its scanner's thread.
     *
     * @return whether what it was to do came to its end: always, as an answer is taken once
     */
    boolean announced(BootRun reader, Message message) {
        long id = Announcement.move(message.text());
        Moving moving = open.get(id);
        if (moving != null) {
            moving.announcedTo(reader, message.source());
            return true;
        }
        // It did not run when the move was made.
        journal.all().stream().filter(move -> move.id() == id && move.state() == Move.State.DONE
                && move.toNumber() == reader.partition().number()
                && move.fromNumber() == message.source()).forEach(reader::told);
        return true;
    }

    /** A processor that was to leave a boot has left it. */
    void left(BootRun boot) {
        for (Moving moving : List.copyOf(open.values())) {
            if (moving.left(boot)) {
                return;
            }
        }
    }

    /** A boot has ended: it answers nothing more. */
    void ended(BootRun boot) {
        List.copyOf(open.values()).forEach(moving -> moving.ended(boot));
    }

    /** Undoes what has not ended, for good: nothing moves when the hypervisor stops. */
    void close() {
        closing = true;
        List.copyOf(open.values()).forEach(Moving::close);
    }
}
