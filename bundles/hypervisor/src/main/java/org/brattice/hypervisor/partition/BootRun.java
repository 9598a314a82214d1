package org.brattice.hypervisor.partition;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.brattice.api.Fault.Kind;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Message;
import org.brattice.api.Move;
import org.brattice.api.OperatingSystem;
import org.brattice.api.Veto;
import org.brattice.hypervisor.vsr.Scanner;

/**
 * One boot of a partition, from fresh firmware to its halt, on its virtual processors. Started, stopped
 * and fenced by the control thread; the program runs on the processors.
 */
final class BootRun {
    /** What {@link #progress} is while the event scan sleeps, or does not run. */
    static final long ASLEEP = 0;

    private final LogicalPartition partition;
    private final Declaration declaration;
    private final FirmwareSource source;
    private final boolean cold;
    private final BootHost host;
    private final BootMemory memory;
    private final Processors processors;
    private final Queue<Runnable> notices = new ConcurrentLinkedQueue<>();
    private final AtomicInteger live = new AtomicInteger();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final BootGrant grant;
    private final Auction auction;
    private volatile ScanLoop scan;
    private volatile boolean stopping;
    private volatile boolean fenced;
    private volatile String failure;
    private volatile Firmware firmware;
    private volatile OperatingSystem operatingSystem;

    /** Partition code: it can do anything wrong. */
    interface PartitionCode {
        void run() throws Exception;
    }

    BootRun(LifeCycle.NewBoot made, BootHost host) {
        this.partition = made.partition();
        this.declaration = made.declaration();
        this.source = made.source();
        this.cold = made.cold();
        this.host = host;
        this.memory = new BootMemory(host::view);
        this.grant = new BootGrant(this, host, made.count());
        this.auction = new Auction(this, host);
        try {
            processors = new Processors(host.processors(partition.number()),
                    declaration.dedicated(),
                    index -> host.processor(this, index), this::start, this::task, this::left);
        } catch (IllegalStateException e) {
            memory.revoke();
            throw e;
        }
    }

    /** Starts all processors. */
    void start() {
        live.set(processors.threads());
        processors.start(this::first);
    }

    private void start(Processor processor, Runnable program) {
        processor.start(declaration.dedicated(), () -> program(program));
    }

    /** One processor more. Control thread. */
    void addProcessor() {
        processors.grow(false);
        fill();
    }

    /** A processor that was dismissed, and may have left, stays. Control thread. */
    void keepProcessor() {
        processors.grow(true);
        fill();
    }

    /** Starts the workers that there should be, unless the boot has ended, or none are to be had. */
    private void fill() {
        try {
            for (Processor worker; (worker = processors.make()) != null;) {
                if (live.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
                    worker.discard();
                    return;
                }
                processors.add(worker);
            }
        } catch (IllegalStateException e) {
            partition.log("has one processor less than it owns until its next boot", e);
        }
    }

    /** A processor that was dismissed has left. On it. */
    private void left() {
        // Tasks that wait are the first one's now, if there are no workers any more.
        host.ring(partition.number());
        host.left(this);
    }

    /** Has something done on the first processor, between two messages. Any thread. */
    void notice(Runnable notice) {
        notices.add(notice);
        host.ring(partition.number());
    }

    /** Whether something is to be done on the first processor. */
    boolean noticed() {
        return !notices.isEmpty();
    }

    /** Does what was noticed. On the first processor; how much. */
    int runNotices() {
        int done = 0;
        for (Runnable notice; !stopping && (notice = notices.poll()) != null; done++) {
            notice.run();
        }
        return done;
    }

    /** Asks partition code; returns null when it agrees, else why not. On the first processor. */
    String asked(String what, PartitionCode question) {
        try {
            question.run();
            return null;
        } catch (Veto e) {
            return String.valueOf(e.getMessage());
        } catch (Throwable e) {
            caught(Kind.TASK_THREW, what, e);
            return what + " threw " + Thrown.text(e);
        }
    }

    /** What a move has come to. On the first processor. */
    void told(Move move) {
        guarded(Kind.TASK_THREW, "relocated", () -> firmware.relocated(move));
    }

    /** The firmware's partition has been told of a move to it. On the first processor. */
    boolean announced(Message message) {
        // What came of an earlier move was noticed before this one was announced: it is told first.
        runNotices();
        return auction.heard(message) || host.announced(this, message);
    }

    private void program(Runnable body) {
        try {
            body.run();
        } finally {
            if (live.decrementAndGet() == 0) {
                memory.revoke();
                // First, so that the machine knows it before it hears of what the end lets go on.
                host.ended(this);
                ended.complete(null);
                // Last, because the framework may be waiting for this boot inside the firmware's stop.
                source.release(firmware, operatingSystem);
            }
        }
    }

    private void first() {
        try {
            scan = boot();
            if (scan != null) {
                host.running(this);
                run(scan);
                guarded(Kind.HALT_FAILED, "halt", firmware::halt);
            }
        } finally {
            if (!stopping) {
                host.ending(this);
            }
            stop();
        }
    }

    /** Boots firmware and operating system; returns the event scan, or null when that failed. */
    private ScanLoop boot() {
        if (stopping) {
            return null;
        }
        boolean booted = guarded(Kind.BOOT_FAILED, "boot", () -> {
            if (cold) {
                grant.clear();
            }
            firmware = source.firmware();
            operatingSystem = source.operatingSystem();
            operatingSystem.boot(grant, firmware);
        });
        if (booted && grant.scanner() == null) {
            fault(Kind.BOOT_FAILED, "the operating system registered no IPCA");
        }
        return booted && grant.scanner() != null && !stopping
                ? new ScanLoop(this, grant.scanner(), firmware)
                : null;
    }

    private void run(ScanLoop scan) {
        boolean ran = guarded(Kind.BOOT_FAILED, "event scan", () -> operatingSystem.run(scan));
        if (ran && !stopping) {
            fault(Kind.BOOT_FAILED, "the operating system returned from its event scan");
        }
    }

    /** The IPCA is there. On the first processor. */
    void registered() {
        processors.begin();
    }

    private void task(Runnable task) {
        guarded(Kind.TASK_THREW, "task", task::run);
    }

    /** Runs partition code; returns whether it came to its end. */
    boolean guarded(Kind kind, String what, PartitionCode code) {
        try {
            code.run();
            return true;
        } catch (Throwable e) {
            return caught(kind, what, e);
        }
    }

    /** Whatever partition code throws is a fault of this partition alone; false. */
    boolean caught(Kind kind, String what, Throwable thrown) {
        return caught(kind, 0, -1, 0, what, thrown);
    }

    /** The same of what concerns a message of a peer; false. */
    boolean caught(Kind kind, int peer, long position, int attempt, String what,
            Throwable thrown) {
        if (thrown instanceof InternalError) {
            lostMemory();
        }
        if (kind == Kind.BOOT_FAILED && source.goes()
                || kind == Kind.TASK_THREW && stopping
                        && thrown instanceof HypervisorCallException) {
            // Its bundle stops while it boots, or its boot ends while a task of it is to have another run: what it
            // needs is taken away under its feet.
            return cutShort(what, thrown);
        }
        if (!fenced && !memory.revoked()) {
            String cause = what + " threw " + Thrown.text(thrown);
            if (kind == Kind.BOOT_FAILED) {
                failure = cause;
            }
            partition.fault(Thrown.kind(kind, thrown), peer, position, attempt, cause,
                    Thrown.head(thrown));
            partition.log(what + " threw", thrown);
        }
        return false;
    }

    /** A handler that the end of its boot cut short: no fault, its message stays unread. */
    boolean cutShort(String what, Throwable thrown) {
        partition.log(what + " was cut short", thrown);
        return false;
    }

    /** It met memory of the frame that cannot be had, or says so. */
    void lostMemory() {
        host.checkMemory();
    }

    void fault(Kind kind, String cause) {
        if (fenced) {
            // What a boot does that was shut out is no fault of the one that runs.
            return;
        }
        if (kind == Kind.BOOT_FAILED) {
            failure = cause;
        }
        partition.fault(kind, cause);
    }

    /** A hypervisor call of it was refused; what that call throws. */
    HypervisorCallException illegal(Kind kind, String call, HypervisorCallException refusal) {
        if (!fenced) {
            partition.fault(kind, 0, -1, 0, call + ": " + refusal.getMessage(),
                    Thrown.head(refusal));
        }
        return refusal;
    }

    /** A fault that concerns a message of a peer. */
    void fault(Kind kind, int peer, long position, int attempt, String cause) {
        if (!fenced) {
            partition.fault(kind, peer, position, attempt, cause, "");
        }
    }

    /** Hands a task to the processors. */
    void run(Runnable task) {
        processors.hand(task);
        host.ring(partition.number());
    }

    /** Its part in auctions, and its performance check. */
    Auction auction() {
        return auction;
    }

    Processors processors() {
        return processors;
    }

    /** Whether a processor that polls keeps another from running. */
    boolean crowded() {
        return host.crowded();
    }

    /** Name of a partition by number. */
    String nameOf(int number) {
        return host.name(number);
    }

    /** Why it ended, or null when it was told to. */
    String failure() {
        return failure;
    }

    LogicalPartition partition() {
        return partition;
    }

    Declaration declaration() {
        return declaration;
    }

    FirmwareSource source() {
        return source;
    }

    /** The scanner, once the IPCA is registered. */
    Scanner scanner() {
        return grant.scanner();
    }

    BootMemory memory() {
        return memory;
    }

    /** What its memory and its IPCA are read to; set before the operating system boots. */
    Firmware firmware() {
        return firmware;
    }

    OperatingSystem operatingSystem() {
        return operatingSystem;
    }

    /** How far the event scan has come: another number when it has done something. Any thread. */
    long progress() {
        ScanLoop running = scan;
        return running == null ? ASLEEP : running.progress();
    }

    /** The processor that runs the event scan. */
    Processor scanning() {
        return processors.first();
    }

    boolean stopping() {
        return stopping;
    }

    /** Completes when the last processor has left partition code. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Asks it to end. Any thread. */
    void stop() {
        stopping = true;
        processors.stop();
        host.ring(partition.number());
    }

    /**
     * Shuts it out of all memory, whatever it does: a hung thread may go on, and reaches nothing.
     *
     * @return whether that holds: not yet while a device transfers to its memory
     */
    boolean fence() {
        fenced = true;
        stop();
        processors.interrupt();
        boolean revoked = memory.revoke();
        if (revoked) {
            ended.complete(null);
        }
        return revoked;
    }

    /** Whether it has been shut out, or is being: no hypervisor call of it is taken any more. */
    boolean fenced() {
        return fenced;
    }

    /** Whether none of its threads can run any more. */
    boolean gone() {
        return processors.gone();
    }

    /** Whether its memory throws: not while any thread that was handed it transfers to it. */
    boolean unreachable() {
        return memory.revoke();
    }
}
