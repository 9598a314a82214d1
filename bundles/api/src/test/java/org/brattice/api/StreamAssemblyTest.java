package org.brattice.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

class StreamAssemblyTest {
    private final Files files = new Files();
    private StreamAssembly assembly = new StreamAssembly(files);

    /** Files that outlive a boot. */
    private static final class Files implements MessageSink {
        private final Map<Long, ByteArrayOutputStream> written = new HashMap<>();
        private final List<String> events = new ArrayList<>();
        private boolean refusing;
        private int failures;
        private int incomplete;
        private int most = Integer.MAX_VALUE;

        @Override
        public WritableByteChannel open(ChunkedMessage message, long offset) {
            events.add("open " + message.stream() + " at " + offset);
            if (refusing) {
                return null;
            }
            ByteArrayOutputStream before = written.get(message.stream());
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            if (before != null) {
                file.write(before.toByteArray(), 0, (int) offset);
            }
            written.put(message.stream(), file);
            return new Short(file);
        }

        @Override
        public void complete(ChunkedMessage message, WritableByteChannel channel)
                throws IOException {
            if (incomplete-- > 0) {
                throw new IOException("not now");
            }
            assertTrue(channel.isOpen());
            events.add("complete " + message.stream() + " bytes=" + message.bytes());
        }

        @Override
        public void aborted(ChunkedMessage message, WritableByteChannel channel) {
            assertTrue(channel.isOpen());
            events.add("aborted " + message.stream() + " source=" + message.source());
        }

        /** Takes so many bytes at a time. */
        private final class Short implements WritableByteChannel {
            private final ByteArrayOutputStream file;
            private boolean closed;

            Short(ByteArrayOutputStream file) {
                this.file = file;
            }

            @Override
            public int write(ByteBuffer source) throws IOException {
                byte[] some = new byte[Math.min(most, source.remaining())];
                source.get(some);
                file.writeBytes(some);
                if (failures-- > 0) {
                    // As a disk that fills: what it took, it took.
                    throw new FullException(some.length);
                }
                return some.length;
            }

            @Override
            public boolean isOpen() {
                return !closed;
            }

            @Override
            public void close() {
                closed = true;
                events.add("close");
            }
        }
    }

    private static final class FullException extends IOException {
        private static final long serialVersionUID = 1;

        FullException(int taken) {
            super("taken=" + taken);
        }
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private GivenChunk offer(int source, long stream, byte[] message, int from, int to)
            throws IOException {
        GivenChunk chunk = GivenChunk.of(source, stream, message, from, to);
        assembly.chunk(chunk);
        return chunk;
    }

    @Test
    void shouldWriteEachMessageToItsChannel() throws IOException {
        byte[] one = bytes(300, 1);
        byte[] two = bytes(400, 2);
        files.most = 7;

        offer(5, 1, one, 0, 100);
        offer(6, 2, two, 0, 200);
        offer(5, 1, one, 100, 200);
        assertEquals(2, assembly.size());
        offer(6, 2, two, 200, 400);
        offer(5, 1, one, 200, 300);

        assertArrayEquals(one, files.written.get(1L).toByteArray());
        assertArrayEquals(two, files.written.get(2L).toByteArray());
        assertEquals(List.of("open 1 at 0", "open 2 at 0", "complete 2 bytes=400", "close",
                "complete 1 bytes=300", "close"), files.events);
        assertEquals(0, assembly.size());
    }

    @Test
    void shouldWriteNothingTwice() throws IOException {
        byte[] message = bytes(300, 3);
        for (int chunk = 0; chunk < 3; chunk++) {
            for (int again = 0; again < 3; again++) {
                offer(5, 1, message, 100 * chunk, 100 * chunk + 100);
            }
        }
        assertArrayEquals(message, files.written.get(1L).toByteArray());
        assertEquals(List.of("open 1 at 0", "complete 1 bytes=300", "close"), files.events);
    }

    /** What the channel took before it threw is not known: it is a new one's to find out. */
    @Test
    void shouldGoOnWithANewChannelWhenOneThrew() throws IOException {
        byte[] message = bytes(300, 4);
        offer(5, 1, message, 0, 100);
        files.most = 30;
        files.failures = 1;
        assertThrows(FullException.class, () -> offer(5, 1, message, 100, 200));

        offer(5, 1, message, 100, 200);
        offer(5, 1, message, 200, 300);

        assertArrayEquals(message, files.written.get(1L).toByteArray());
        assertEquals(List.of("open 1 at 0", "close", "open 1 at 100", "complete 1 bytes=300",
                "close"), files.events);
    }

    @Test
    void shouldCompleteAgainWhenThatThrew() throws IOException {
        byte[] message = bytes(200, 5);
        offer(5, 1, message, 0, 100);
        files.incomplete = 2;
        for (int i = 0; i < 2; i++) {
            assertThrows(IOException.class, () -> offer(5, 1, message, 100, 200));
        }
        offer(5, 1, message, 100, 200);
        assertEquals(List.of("open 1 at 0", "complete 1 bytes=200", "close"), files.events);
        assertArrayEquals(message, files.written.get(1L).toByteArray());
    }

    @Test
    void shouldAskWhereToGoOnAfterARestart() throws IOException {
        byte[] message = bytes(300, 6);
        offer(5, 1, message, 0, 100);
        offer(5, 1, message, 100, 200);
        assembly = new StreamAssembly(files);

        // It was in flight when the boot ended.
        offer(5, 1, message, 100, 200);
        offer(5, 1, message, 200, 300);

        assertArrayEquals(message, files.written.get(1L).toByteArray());
        assertEquals(List.of("open 1 at 0", "open 1 at 100", "complete 1 bytes=300", "close"),
                files.events);
    }

    @Test
    void shouldRefuseWhatHasNoChannel() throws IOException {
        byte[] message = bytes(300, 7);
        files.refusing = true;
        assertTrue(offer(5, 1, message, 0, 100).refused);
        files.refusing = false;
        assertFalse(offer(5, 2, message, 0, 100).refused);

        // All of it was committed before it was refused: its chunks come although nobody wants them.
        offer(5, 1, message, 100, 300);
        assertEquals(List.of("open 1 at 0", "open 2 at 0"), files.events);
        assertEquals(1, assembly.size());
    }

    @Test
    void shouldCloseWhatIsAborted() throws IOException {
        byte[] message = bytes(300, 8);
        offer(5, 1, message, 0, 100);
        assembly.aborted(5, 1);
        assembly.aborted(5, 2);
        assertEquals(List.of("open 1 at 0", "aborted 1 source=5", "close"), files.events);
        assertEquals(0, assembly.size());
    }

    @Test
    void shouldSayThatAChunkIsMissing() throws IOException {
        byte[] message = bytes(300, 9);
        offer(5, 1, message, 0, 100);
        assertEquals(
                "stream=1 goes on at offset=200 instead of 100: hand every chunk to the assembly",
                assertThrows(IllegalStateException.class, () -> offer(5, 1, message, 200, 300))
                        .getMessage());
    }
}
