package org.brattice.partition.reader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.function.LongSupplier;

import org.brattice.api.Boot;
import org.brattice.api.Chunk;
import org.brattice.api.Fault;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Partition;
import org.brattice.api.StreamAssembly;
import org.brattice.partition.vios.protocol.BlockReply;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Reads a whole device through a virtual I/O server and digests it, on a command in words from any
 * partition:
 *
 * <pre>
 * digest PARTITION                 reads from the first byte to the last
 * digest PARTITION random [SEED]   then reads all blocks again in random order and compares them
 * </pre>
 *
 * <p>The requester hears {@code progress DONE/TOTAL} in bytes, then {@code sha256 HEX bytes N blocks N
 * millis N} (and {@code random N mismatches N seed N}), or {@code error} and why. Requests without
 * an answer are repeated, so a job lives through a restart of the server; after a restart of this
 * partition it begins again, and the requester hears {@code progress restarted}.
 *
 * <p>A message in chunks is digested as it comes and answered {@code sha256 HEX bytes N chunks N}.
 */
@Partition(name = "reader", ipca = "1 MiB", scan_period = 200)
@Component(scope = ServiceScope.PROTOTYPE)
public final class Reader implements Firmware {
    private final IpcaService ipca;
    private final LongSupplier clock;
    private final Answers answers;
    private final StreamAssembly streams;
    private Jobs jobs;

    @Activate
    public Reader(@Reference IpcaService ipca) {
        this(ipca, System::nanoTime);
    }

    Reader(IpcaService ipca, LongSupplier clock) {
        this.ipca = ipca;
        this.clock = clock;
        this.answers = new Answers(ipca, clock);
        this.streams = new StreamAssembly(new Streams(answers));
    }

    @Override
    public void boot(Boot boot) {
        MemorySegment memory = boot.memory().stream()
                .max(Comparator.comparingLong(MemorySegment::byteSize)).orElseThrow();
        jobs = new Jobs(boot, ipca, answers, memory, clock);
        boot.hearFaults("*");
        jobs.resume();
    }

    @Override
    public void faulted(Fault fault) {
        jobs.faulted(fault.number());
    }

    @Override
    public void message(Message message) {
        if (BlockReply.isReply(message)) {
            jobs.reply(message);
        } else if (isCommand(message)) {
            command(message);
        }
    }

    @Override
    public void chunk(Chunk chunk) throws IOException {
        streams.chunk(chunk);
    }

    @Override
    public void aborted(int source, long stream) throws IOException {
        streams.aborted(source, stream);
    }

    @Override
    public void tick() {
        jobs.tick();
        answers.tick();
    }

    private void command(Message message) {
        try {
            jobs.start(message, Command.of(message));
        } catch (IllegalArgumentException | HypervisorCallException e) {
            answers.error(message.source(), e.getMessage());
        }
    }

    /** Own requests and answers come back from an echo: answering those would never end. */
    private static boolean isCommand(Message message) {
        if (message.length() > 0 && message.getByte(0) < ' ') {
            return false;
        }
        return message.length() > Command.LONGEST || !Answers.isAnswer(message.text());
    }
}
