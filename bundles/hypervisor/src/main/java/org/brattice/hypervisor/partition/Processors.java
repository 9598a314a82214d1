package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The virtual processors of one boot: the first runs the event scan, the others what {@code Boot.run} takes,
 * and while there are no others the first does that too. The others come and go while the boot runs: the
 * first of them that has nothing to do leaves. Changed by the control thread, and by those that leave.
 */
final class Processors {
    private static final Runnable NOTHING = () -> {};

    private final List<Processor> all = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final IntFunction<Processor> making;
    private final Starting starting;
    private final Consumer<Runnable> running;
    private final Runnable left;
    private int next;
    private int leaving;
    private volatile boolean over;

    /** Starts a processor with its program. */
    interface Starting {
        void start(Processor processor, Runnable program);
    }

    /**
     * So many processors.
     *
     * @param making makes one, by its index in the boot
     * @param starting starts one
     * @param running runs a task on the current processor
     * @param left told by a processor that has left
     * @throws IllegalStateException when so many are not to be had; then none is left behind
     */
    Processors(int count, IntFunction<Processor> making, Starting starting,
            Consumer<Runnable> running, Runnable left) {
        this.making = making;
        this.starting = starting;
        this.running = running;
        this.left = left;
        try {
            while (next < count) {
                all.add(making.apply(next++));
            }
        } catch (IllegalStateException e) {
            all.forEach(Processor::discard);
            throw e;
        }
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

    /** The processor that runs the event scan. */
    Processor first() {
        return all.get(0);
    }

    /** How many there are, those included that are to leave and have not. */
    int count() {
        return all.size();
    }

    /** Whether tasks wait for the first processor, as there is no other. */
    boolean waiting() {
        return all.size() == 1 && !tasks.isEmpty();
    }

    /** Hands a task to them. Any thread. */
    void hand(Runnable task) {
        tasks.add(task);
    }

    /** Runs the tasks that wait now, where the first processor is the only one. On it; how many. */
    int runWaiting() {
        int done = 0;
        if (all.size() == 1) {
            // Those that wait now: a task that hands in another must not keep messages waiting.
            for (int waiting = tasks.size(); waiting > 0 && !over; waiting--) {
                Runnable task = tasks.poll();
                if (task != null) {
                    running.accept(task);
                    done++;
                }
            }
        }
        return done;
    }

    /** The IPCA is there: before that the answer to what a task sends would find none. */
    void begin() {
        begun.countDown();
    }

    private void work(Processor me) {
        while (!over) {
            if (leaves(me)) {
                left.run();
                return;
            }
            try {
                begun.await();
                running.accept(tasks.take());
            } catch (InterruptedException e) {
                // Only a fence interrupts, and that stops the boot first.
            }
        }
    }

    private synchronized boolean leaves(Processor me) {
        if (leaving == 0) {
            return false;
        }
        leaving--;
        all.remove(me);
        return true;
    }

    /** One more, to be added or discarded. Control thread. */
    Processor make() {
        return making.apply(next++);
    }

    /** Adds one that was made, which begins at once. Control thread. */
    void add(Processor worker) {
        all.add(worker);
        startWorker(worker);
    }

    /** One fewer: who has nothing to do leaves, at once or after its task. Never the first. Control thread. */
    synchronized void dismiss() {
        if (all.size() - leaving == 1) {
            throw new IllegalStateException("the processor of the event scan is the only one");
        }
        leaving++;
        tasks.add(NOTHING);
    }

    /** Takes a dismissal back, unless it has been followed; whether it was taken back. Control thread. */
    synchronized boolean keep() {
        if (leaving == 0) {
            return false;
        }
        leaving--;
        return true;
    }

    /** Ends all waits: the boot is to end. */
    void stop() {
        over = true;
        begun.countDown();
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

    /** Whether none of its threads can run any more. */
    boolean gone() {
        return all.stream().allMatch(Processor::ended);
    }
}
