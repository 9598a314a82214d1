package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

import org.brattice.api.Boot;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;

/**
 * The jobs of one boot, at most one for each requester. What an earlier boot left unfinished starts
 * again from the {@link Journal}.
 */
final class Jobs {
    /** Jobs at once. */
    static final int LIMIT = 8;

    private static final long PARKING = (long) Requests.WINDOW * Device.LONGEST_BLOCK;

    private final Boot boot;
    private final IpcaService ipca;
    private final Answers answers;
    private final MemorySegment memory;
    private final LongSupplier clock;
    private final Journal journal;
    private final Job[] jobs = new Job[LIMIT];
    private final long[] positions = new long[LIMIT];
    private long tag;

    Jobs(Boot boot, IpcaService ipca, Answers answers, MemorySegment memory, LongSupplier clock) {
        this.boot = boot;
        this.ipca = ipca;
        this.answers = answers;
        this.memory = memory;
        this.clock = clock;
        if (memory.byteSize() < Journal.BYTES + LIMIT * PARKING) {
            throw new IllegalArgumentException("partition.memory leaves bytes=" + memory.byteSize()
                    + " in one piece beside the IPCA: give at least "
                    + (Journal.BYTES + LIMIT * PARKING));
        }
        journal = new Journal(memory.asSlice(0, Journal.BYTES));
        // A reply to an earlier boot must not be taken for one to this.
        tag = boot.count() << 32;
    }

    /** Starts what the last boot left unfinished. */
    void resume() {
        for (Journal.Entry entry : journal.entries(LIMIT)) {
            try {
                begin(entry, Command.parse(entry.command()));
                answers.progress(entry.requester(), "restarted");
            } catch (IllegalArgumentException | HypervisorCallException e) {
                journal.clear(entry.index());
                answers.error(entry.requester(), e.getMessage());
            }
        }
    }

    /**
     * Starts a job, unless it is the one already started from the journal.
     *
     * @throws IllegalArgumentException when it cannot be done: says why
     * @throws HypervisorCallException when the partition is unknown
     */
    void start(Message message, Command command) {
        int free = -1;
        for (int i = 0; i < LIMIT; i++) {
            if (jobs[i] == null) {
                free = i;
            } else if (jobs[i].requester() == message.source()) {
                if (positions[i] == message.position()) {
                    return;
                }
                throw new IllegalArgumentException(
                        "busy: your last command is still being worked on");
            }
        }
        if (free < 0) {
            throw new IllegalArgumentException("busy: jobs=" + LIMIT + " for others, try later");
        }
        var entry = new Journal.Entry(free, message.source(), message.position(), command.text());
        begin(entry, command);
        journal.put(entry);
    }

    void reply(Message message) {
        for (int i = 0; i < LIMIT; i++) {
            if (jobs[i] != null) {
                jobs[i].reply(message);
                dropEnded(i);
            }
        }
    }

    /** A partition has a fault. */
    void faulted(int number) {
        for (Job job : jobs) {
            if (job != null) {
                job.faulted(number);
            }
        }
    }

    void tick() {
        for (int i = 0; i < LIMIT; i++) {
            if (jobs[i] != null) {
                jobs[i].tick();
                dropEnded(i);
            }
        }
    }

    private void begin(Journal.Entry entry, Command command) {
        int server = ipca.number(command.partition());
        if (server == boot.number()) {
            throw new IllegalArgumentException(
                    "partition=" + command.partition() + " is the reader itself: name another");
        }
        MemorySegment parking = memory.asSlice(Journal.BYTES + entry.index() * PARKING, PARKING);
        Job job = new Job(entry.requester(), command, new Requests(ipca, server, clock), answers,
                parking, () -> ++tag, clock, this::number);
        jobs[entry.index()] = job;
        positions[entry.index()] = entry.position();
        job.start();
    }

    /** Number of another partition, or 0. */
    private int number(String partition) {
        try {
            int number = ipca.number(partition);
            return number == boot.number() ? 0 : number;
        } catch (HypervisorCallException e) {
            return 0;
        }
    }

    private void dropEnded(int index) {
        if (jobs[index].ended()) {
            jobs[index] = null;
            journal.clear(index);
        }
    }
}
