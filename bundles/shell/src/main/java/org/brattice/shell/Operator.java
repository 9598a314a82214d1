package org.brattice.shell;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import org.brattice.api.Hypervisor;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Message;
import org.brattice.api.PartitionInfo;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Where commands and the console partition meet: hands hypervisor calls over to the partition's
 * processor, and keeps what it received over its restarts. Any thread.
 */
@Component(service = Operator.class)
public final class Operator {
    static final String PARTITION = "console";
    private static final int INBOX_MESSAGES = 256;
    private static final Duration BOOT_LIMIT = Duration.ofSeconds(5);
    private static final Runnable NOTHING = () -> {};

    private final Hypervisor hypervisor;
    private final Inbox inbox = new Inbox(INBOX_MESSAGES);
    private final ReadMarks marks = new ReadMarks();
    private final Set<Predicate<Message>> takers = ConcurrentHashMap.newKeySet();
    private Console console;

    @Activate
    public Operator(@Reference Hypervisor hypervisor) {
        this.hypervisor = hypervisor;
    }

    synchronized void booted(Console booted) {
        console = booted;
        notifyAll();
    }

    synchronized void halted(Console halted) {
        if (console == halted) {
            console = null;
        }
    }

    Hypervisor hypervisor() {
        return hypervisor;
    }

    Inbox inbox() {
        return inbox;
    }

    ReadMarks marks() {
        return marks;
    }

    /** Lets a command have messages before the inbox; the taker runs on the console's processor. */
    void take(Predicate<Message> taker) {
        takers.add(taker);
    }

    void leave(Predicate<Message> taker) {
        takers.remove(taker);
    }

    boolean taken(Message message) {
        for (Predicate<Message> taker : takers) {
            if (taker.test(message)) {
                return true;
            }
        }
        return false;
    }

    /** A partition that the hypervisor knows. */
    PartitionInfo known(String name) {
        return hypervisor.partition(name).orElseThrow(() -> new CommandFailed(
                "partition=" + name + " is unknown: known are " + String.join(", ", names())));
    }

    List<String> names() {
        return hypervisor.partitions().stream().map(PartitionInfo::name).distinct().toList();
    }

    /** {@link #call(Duration, Runnable, HypervisorCall)} without anything to show meanwhile. */
    <T> T call(Duration limit, HypervisorCall<T> call) throws Exception {
        return call(limit, NOTHING, call);
    }

    /**
     * Has the console partition make a hypervisor call, and waits for what comes of it.
     *
     * @param limit of the wait
     * @param progress run on the calling thread once a second meanwhile
     * @throws CommandFailed when the console partition is not running, does not answer in time, or the
     *         hypervisor refuses the call
     */
    <T> T call(Duration limit, Runnable progress, HypervisorCall<T> call) throws Exception {
        Console running = running(limit.compareTo(BOOT_LIMIT) < 0 ? limit : BOOT_LIMIT);
        FutureTask<T> task = new FutureTask<>(() -> call.ask(running.ipca()));
        running.boot().run(task);
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            return await(task, deadline, progress);
        } catch (TimeoutException e) {
            throw new CommandFailed("partition=" + PARTITION + " has not done it within "
                    + Quantity.typed(limit) + ": see partition " + PARTITION + ", and try again");
        } catch (InterruptedException e) {
            throw new CommandFailed("interrupted: what the console partition has begun goes on");
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case HypervisorCallException refusal -> new CommandFailed(refusal.getMessage());
                case Exception cause -> cause;
                default -> e;
            };
        } finally {
            // What has not begun will not begin; what has begun is not disturbed.
            task.cancel(false);
        }
    }

    private static <T> T await(FutureTask<T> task, long deadline, Runnable progress)
            throws Exception {
        while (true) {
            long left = deadline - System.nanoTime();
            try {
                return task.get(Math.min(left, 1_000_000_000L), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (left <= 1_000_000_000L) {
                    throw e;
                }
                progress.run();
            }
        }
    }

    private synchronized Console running(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (console == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new CommandFailed("partition=" + PARTITION
                        + " is not running, and commands go through it: say why " + PARTITION);
            }
            wait(Duration.ofNanos(left).toMillis() + 1);
        }
        return console;
    }
}
