package org.brattice.itests.launched.large;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

import org.brattice.api.Boot;
import org.brattice.api.Chunk;
import org.brattice.api.ChunkedMessage;
import org.brattice.api.Firmware;
import org.brattice.api.MemoryAssembly;
import org.brattice.api.Message;
import org.brattice.api.MessageHandler;
import org.brattice.api.MessageSink;
import org.brattice.api.StreamAssembly;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/**
 * A partition that digests messages in chunks: as streams, and whole in its memory where they fit. It
 * writes a line for each to a file, with how late small messages of another sender came meanwhile.
 */
public final class SinkActivator extends PrototypeActivator {
    /** What is larger is taken as a stream. */
    public static final long WHOLE_LIMIT = 1L << 29;
    /** Name of the file in the data directory. */
    public static final String REPORT = "report";

    public SinkActivator() {
        super(Sink::new);
    }

    /** The one that digests. */
    static final class Sink implements Firmware, MessageSink, MessageHandler {
        private final Path report;
        private final StreamAssembly streams = new StreamAssembly(this);
        private final long[] late = new long[1 << 17];
        private int ticks;
        private long begun;
        private long heap;
        private MemoryAssembly whole;

        Sink(BundleContext context) {
            report = Path.of(context.getProperty("brattice.data")).resolve(REPORT);
        }

        /** Digests what is written to it. */
        private static final class Digest implements WritableByteChannel {
            private final MessageDigest digest = Repeating.sha256();

            @Override
            public int write(ByteBuffer bytes) {
                int length = bytes.remaining();
                digest.update(bytes);
                return length;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {
                // It holds nothing.
            }
        }

        @Override
        public void boot(Boot boot) {
            whole = new MemoryAssembly(boot.memory().stream()
                    .max((a, b) -> Long.compare(a.byteSize(), b.byteSize())).orElseThrow(), this);
        }

        @Override
        public void message(Message message) {
            if (begun != 0 && ticks < late.length) {
                late[ticks++] = System.nanoTime() - message.getLong(0);
            }
        }

        @Override
        public void chunk(Chunk chunk) throws Exception {
            if (chunk.offset() == 0) {
                begun = System.nanoTime();
                ticks = 0;
                heap = 0;
            }
            Runtime runtime = Runtime.getRuntime();
            heap = Math.max(heap, runtime.totalMemory() - runtime.freeMemory());
            if (chunk.total() > WHOLE_LIMIT) {
                streams.chunk(chunk);
            } else {
                whole.chunk(chunk);
            }
        }

        @Override
        public WritableByteChannel open(ChunkedMessage message, long offset) {
            return offset == 0 ? new Digest() : null;
        }

        @Override
        public void complete(ChunkedMessage message, WritableByteChannel channel)
                throws IOException {
            report("stream", message, ((Digest) channel).digest);
        }

        @Override
        public void message(ChunkedMessage message, MemorySegment payload) throws IOException {
            MessageDigest digest = Repeating.sha256();
            long piece = 1 << 20;
            for (long at = 0; at < payload.byteSize(); at += piece) {
                digest.update(payload.asSlice(at, Math.min(piece, payload.byteSize() - at))
                        .asByteBuffer());
            }
            report("whole", message, digest);
        }

        private void report(String how, ChunkedMessage message, MessageDigest digest)
                throws IOException {
            long millis = (System.nanoTime() - begun) / 1_000_000;
            begun = 0;
            long[] sorted = Arrays.copyOf(late, ticks);
            Arrays.sort(sorted);
            String line = how + " bytes=" + message.bytes() + " sha256="
                    + HexFormat.of().formatHex(digest.digest()) + " millis=" + millis
                    + " heap-mib=" + (heap >> 20) + " passed=" + ticks;
            if (ticks > 0) {
                line += " late-micros-median=" + sorted[ticks / 2] / 1000 + " late-micros-99="
                        + sorted[ticks * 99 / 100] / 1000 + " late-micros-most="
                        + sorted[ticks - 1] / 1000;
            }
            Files.writeString(report, line + "\n", StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
