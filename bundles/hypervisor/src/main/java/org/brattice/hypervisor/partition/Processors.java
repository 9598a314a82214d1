package org.brattice.hypervisor.partition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The virtual processors of one boot, as threads: one for the event scan, and workers for what {@code Boot.run}
 * takes. A boot that owns one processor has no workers: the scan's thread runs tasks between messages. One that
 * owns more has as many workers as processors, of which one stands aside while the scan has something to do, as
 * both share a processor; where the scan polls, it has a processor for itself. Workers come and go while the boot
 * runs: the first that has nothing to do leaves. Changed by the control thread, and by those that leave.
 */
final class Processors {
    private static final Runnable NOTHING = () -> {};

    private final List<Processor> all = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final boolean polls;
    private final IntFunction<Processor> making;
    private final Starting starting;
    private final Consumer<Runnable> running;
    private final Runnable left;
    private final Turns turns = new Turns();
    private final Occupancy scan = new Occupancy();
    /** Of the workers that are there, by thread; and of those that have left. */
    private final Map<Processor, Occupancy> occupied = new ConcurrentHashMap<>();
    private final LongAdder before = new LongAdder();
    private int next;
    // Under this object's monitor:
    private int owned;
    /** Of each dismissal, oldest first: how many workers are still to leave. */
    private final Deque<Integer> dismissals = new ArrayDeque<>();
    private volatile int leaving;
    private volatile boolean over;

    /** Starts a processor with its program. */
    interface Starting {
        void start(Processor processor, Runnable program);
    }

    /**
     * So many processors.
     *
     * @param owned by the partition
     * @param polls whether the event scan polls and never sleeps
     * @param making makes a thread, by its index in the boot
     * @param starting starts one
     * @param running runs a task on the current one
     * @param left told when a processor that was dismissed has left
     * @throws IllegalStateException when so many are not to be had; then none is left behind
     */
    Processors(int owned, boolean polls, IntFunction<Processor> making, Starting starting,
            Consumer<Runnable> running, Runnable left) {
        this.owned = owned;
        this.polls = polls;
        this.making = making;
        this.starting = starting;
        this.running = running;
        this.left = left;
        try {
            while (next < 1 + workers(owned)) {
                all.add(making.apply(next++));
            }
        } catch (IllegalStateException e) {
            all.forEach(Processor::discard);
            throw e;
        }
    }

    private int workers(int processors) {
        return processors == 1 ? 0 : polls ? processors - 1 : processors;
    }

    /** Starts all of them. */
    void start(Runnable first) {
        List<Processor> workers = List.copyOf(all.subList(1, all.size()));
        starting.start(first(), first);
        workers.forEach(this::startWorker);
    }

    private void startWorker(Processor worker) {
        starting.start(worker, () -> work(worker));
    }

    /** The thread that runs the event scan. */
    Processor first() {
        return all.get(0);
    }

    /** How many threads there are, those included that are to leave and have not. */
    int threads() {
        return all.size();
    }

    /** Whether tasks wait for the first, as there are no workers. */
    boolean waiting() {
        return all.size() == 1 && !tasks.isEmpty();
    }

    /** Hands a task to them. Any thread. */
    void hand(Runnable task) {
        tasks.add(task);
    }

    /** Runs a task, where there are no workers. On the first; how many: messages are looked at between. */
    int runWaiting() {
        Runnable task = all.size() == 1 && !over ? tasks.poll() : null;
        if (task == null) {
            return 0;
        }
        if (polls) {
            occupy(task, scan);
        } else {
            running.accept(task);
        }
        return 1;
    }

    /** The event scan has something to do, or has no longer. On the first. */
    void scans(boolean scans) {
        turns.scans(scans);
        if (polls || scans == scan.taken()) {
            return;
        }
        if (scans) {
            scan.begin();
        } else {
            scan.end();
        }
    }

    /** How many are owned, those not counted that are to leave. Any thread. */
    synchronized int owned() {
        return owned;
    }

    /** How many of those are counted as occupied: not one that polls, when there are others. Any thread. */
    synchronized int counted() {
        return Math.max(1, polls ? owned - 1 : owned);
    }

    /** How many tasks wait. Any thread. */
    int waitingTasks() {
        return tasks.size();
    }

    /** A task that runs. */
    record Running(Processor processor, long begun) {}

    /** The task of a worker that has run the longest. Any thread. */
    Optional<Running> longest() {
        return occupied.entrySet().stream()
                .map(one -> new Running(one.getKey(), one.getValue().since()))
                .filter(one -> one.begun() != 0)
                .max(Comparator.comparingLong(one -> System.nanoTime() - one.begun()));
    }

    /** Nanoseconds in which they were taken by partition code, all together. Any thread. */
    long occupied() {
        return before.sum() + scan.nanos()
                + occupied.values().stream().mapToLong(Occupancy::nanos).sum();
    }

    /** The IPCA is there: before that the answer to what a task sends would find none. */
    void begin() {
        begun.countDown();
    }

    private void work(Processor me) {
        Occupancy mine = new Occupancy();
        occupied.put(me, mine);
        while (!over) {
            if (leaves(me)) {
                before.add(mine.nanos());
                occupied.remove(me);
                return;
            }
            try {
                begun.await();
                run(tasks.take(), mine);
            } catch (InterruptedException e) {
                // A fence stops the boot first; what partition code does to its threads changes nothing.
            }
        }
    }

    private void run(Runnable task, Occupancy mine) throws InterruptedException {
        if (polls) {
            occupy(task, mine);
            return;
        }
        try {
            turns.begin(this::standsAside);
        } catch (InterruptedException e) {
            tasks.add(task);
            throw e;
        }
        try {
            occupy(task, mine);
        } finally {
            turns.end();
        }
    }

    private void occupy(Runnable task, Occupancy mine) {
        mine.begin();
        try {
            running.accept(task);
        } finally {
            mine.end();
        }
    }

    /** Whether a further worker must wait, when so many run and the scan has something to do. */
    private boolean standsAside(int busy) {
        // Who is to leave finishes what it has taken: a move waits for it.
        return !over && leaving == 0 && busy >= all.size() - 2;
    }

    private boolean leaves(Processor me) {
        boolean last;
        synchronized (this) {
            if (leaving == 0) {
                return false;
            }
            leaving--;
            all.remove(me);
            int more = dismissals.remove() - 1;
            last = more == 0;
            if (!last) {
                dismissals.addFirst(more);
            }
        }
        if (last) {
            left.run();
        }
        return true;
    }

    /** One more is owned, or a dismissal is taken back that has not been followed. Control thread. */
    synchronized void grow(boolean keeps) {
        if (keeps && !dismissals.isEmpty()) {
            leaving -= dismissals.removeLast();
        }
        owned++;
    }

    /** One that is owned and has no thread yet, to be added or discarded; or null. Control thread. */
    synchronized Processor make() {
        return all.size() - leaving < 1 + workers(owned) ? making.apply(next++) : null;
    }

    /** Adds one that was made, which begins at once. Control thread. */
    void add(Processor worker) {
        all.add(worker);
        turns.look();
        startWorker(worker);
    }

    /** One fewer: who has nothing to do leaves, at once or after its task. Never the first. Control thread. */
    void dismiss() {
        int fewer;
        synchronized (this) {
            if (owned == 1) {
                throw new IllegalStateException("the processor of the event scan is the only one");
            }
            fewer = workers(owned) - workers(owned - 1);
            owned--;
            leaving += fewer;
            dismissals.add(fewer);
        }
        for (int i = 0; i < fewer; i++) {
            tasks.add(NOTHING);
        }
        turns.look();
    }

    /** Ends all waits: the boot is to end. */
    void stop() {
        over = true;
        begun.countDown();
        turns.look();
        List<Processor> now = new ArrayList<>(all);
        now.forEach(processor -> processor.holder().end());
        now.stream().skip(1).forEach(processor -> tasks.add(NOTHING));
    }

    /** What the processors that take tasks do at this moment, for people. Any thread. */
    String busy() {
        return doing(1);
    }

    /** What all processors do at this moment, for people. Any thread. */
    String doing() {
        return doing(0);
    }

    private String doing(int from) {
        return all.stream().skip(from).map(Processor::doing).collect(Collectors.joining("; "));
    }

    void interrupt() {
        all.forEach(Processor::interrupt);
    }

    /** Those whose threads can still run. Any thread. */
    List<Processor> alive() {
        return all.stream().filter(one -> !one.ended()).toList();
    }

    /** Whether none of its threads can run any more. */
    boolean gone() {
        return all.stream().allMatch(Processor::ended);
    }
}
