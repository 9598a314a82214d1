package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewTest {
    private static final long BLOCK = 64 << 10;

    @TempDir
    Path data;

    private Frame frame() throws IOException {
        return Frame.open(data, new FrameDescription("test", 16 * BLOCK, BLOCK, 4, 8,
                Backing.ANONYMOUS, Map.of()));
    }

    @Test
    void shouldThrowAfterRevocationAndHarmNoOtherView() throws IOException {
        try (Frame frame = frame()) {
            View one = frame.view();
            View other = frame.view();
            MemorySegment segment = one.segment(4 * BLOCK, BLOCK);
            MemorySegment slice = segment.asSlice(64, 64);
            Word.plain(segment, 64, 7);

            assertTrue(one.revoke());
            assertTrue(one.revoke());

            assertTrue(one.revoked());
            assertThrows(IllegalStateException.class, () -> Word.plain(segment, 64));
            assertThrows(IllegalStateException.class, () -> Word.plain(slice, 0, 8));
            assertEquals(7, Word.plain(other.segment(4 * BLOCK, BLOCK), 64));
            assertFalse(other.revoked());
        }
    }

    @Test
    void shouldShowNoByteOutsideTheSegment() throws IOException {
        try (Frame frame = frame()) {
            MemorySegment segment = frame.view().segment(4 * BLOCK, BLOCK);

            assertEquals(BLOCK, segment.byteSize());
            assertThrows(IndexOutOfBoundsException.class, () -> Word.plain(segment, BLOCK));
            assertThrows(IndexOutOfBoundsException.class, () -> Word.plain(segment, -8));
            assertThrows(IndexOutOfBoundsException.class,
                    () -> frame.view().segment(15 * BLOCK, 2 * BLOCK));
        }
    }

    /** Blocking I/O keeps the memory in use: the revocation says so, and is to be tried again. */
    @Test
    void shouldSayThatItIsNotYetRevokedDuringBlockingIo() throws Exception {
        try (Frame frame = frame()) {
            View view = frame.view();
            ByteBuffer buffer = view.segment(4 * BLOCK, BLOCK).asByteBuffer();
            Pipe pipe = Pipe.open();
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    pipe.source().read(buffer);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
                while (!inRead(reader)) {
                    Thread.onSpinWait();
                }
            });

            assertFalse(view.revoke());
            assertFalse(view.revoked());

            pipe.sink().write(ByteBuffer.wrap(new byte[]{5}));
            reader.join();
            assertTrue(view.revoke());
            assertEquals(5, frame.memory().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 4 * BLOCK));
        }
    }

    private static boolean inRead(Thread reader) {
        for (StackTraceElement element : reader.getStackTrace()) {
            if (element.getMethodName().startsWith("read0")) {
                return true;
            }
        }
        return false;
    }
}
