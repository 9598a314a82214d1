package org.brattice.partition.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;

class StreamsTest {
    /** Of "abc", as FIPS 180 gives it. */
    private static final String ABC = "sha256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
            + "f20015ad";
    private final FakeIpca ipca = new FakeIpca();
    private final Reader reader = new Reader(ipca, () -> 0);

    @Test
    void shouldDigestAMessageInChunks() throws IOException {
        chunk(5, 1, 0, "a");
        chunk(5, 1, 1, "b");
        assertTrue(ipca.texts.isEmpty());
        chunk(5, 1, 2, "c");
        assertEquals(List.of("5 " + ABC + " bytes 3 chunks 3"), ipca.texts);
    }

    @Test
    void shouldKeepSourcesAndStreamsApart() throws IOException {
        chunk(5, 1, 0, "a");
        chunk(6, 3, 0, "abc");
        chunk(5, 2, 0, "ab");
        chunk(5, 1, 1, "bc");
        chunk(5, 2, 2, "c");
        assertEquals(List.of("6 " + ABC + " bytes 3 chunks 1", "5 " + ABC + " bytes 3 chunks 2",
                "5 " + ABC + " bytes 3 chunks 2"), ipca.texts);
    }

    @Test
    void shouldIgnoreAChunkThatIsOfferedAgain() throws IOException {
        chunk(5, 1, 0, "a");
        chunk(5, 1, 0, "a");
        chunk(5, 1, 1, "bc");
        assertEquals(List.of("5 " + ABC + " bytes 3 chunks 2"), ipca.texts);
    }

    @Test
    void shouldDropWhatIsAborted() throws IOException {
        chunk(5, 1, 0, "ab");
        reader.aborted(5, 1);
        assertTrue(chunk(5, 1, 2, "c").refused, "its beginning is gone");
    }

    @Test
    void shouldRefuseWhatBeganBeforeARestart() throws IOException {
        FakeMessage chunk = chunk(5, 1, 2, "c");
        assertTrue(chunk.refused);
        assertEquals(
                List.of("5 error stream of bytes=3 goes on at offset=2 and its beginning is lost "
                        + "by a restart: send it again"),
                ipca.texts);
        assertFalse(chunk(5, 2, 0, "abc").refused);
    }

    private FakeMessage chunk(int source, long stream, long offset, String text)
            throws IOException {
        var chunk = new FakeMessage(source, stream, offset, 3, text.getBytes());
        reader.chunk(chunk);
        return chunk;
    }
}
