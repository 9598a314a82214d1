package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

import org.brattice.api.Runaway;
import org.junit.jupiter.api.Test;

class RunawaysTest {
    @Test
    void shouldSayNothingWhereThereAreNone() {
        assertEquals("", printed(0));
    }

    @Test
    void shouldSayWhatToDo() {
        String text = printed(1);

        assertTrue(text.startsWith("runaway of p0 since "), text);
        assertTrue(text.contains("runaways=1: nothing but the end of the process ends them"), text);
    }

    @Test
    void shouldCountThoseThatItDoesNotShow() {
        String text = printed(60);

        assertEquals(10, text.lines().count(), text);
        assertTrue(text.contains("and 52 more, of p8, p9, "), text);
        assertTrue(text.contains("runaways=60: "), text);
    }

    private static String printed(int count) {
        List<Runaway> all = IntStream.range(0, count)
                .mapToObj(i -> new Runaway("p" + i, i + 1, Instant.EPOCH, "thread=t loops"))
                .toList();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Runaways.print(all, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }
}
