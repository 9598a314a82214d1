package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceivedCommandTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldPrintEachMessageOnce() throws Exception {
        receive("one");
        receive("two");
        String output = bench.run("received");
        assertTrue(output.matches("(?s)[\\d:.]+ echo position=192 bytes=3: one\\R"
                + "[\\d:.]+ echo position=192 bytes=3: two\\R"), output);
        assertEquals("nothing received", bench.run("received").strip());
    }

    @Test
    void shouldShowBytesThatAreNoText() throws Exception {
        bench.console.message(new FakeMessage("echo", new byte[40]));
        String output = bench.run("received");
        assertTrue(output.strip().endsWith(": 00" + " 00".repeat(31) + " ... 8 more bytes"),
                output);
    }

    @Test
    void shouldPrintAtMostTheCount() throws Exception {
        receive("one");
        receive("two");
        assertTrue(bench.run("received --count 1").strip().endsWith("one"));
        assertTrue(bench.run("received --count 1").strip().endsWith("two"));
    }

    @Test
    void shouldWaitForTheCount() throws Exception {
        receive("one");
        Thread later = Thread.ofVirtual().start(() -> receive("two"));
        assertTrue(bench.run("received --wait 10s --count 2").strip().endsWith("two"));
        later.join();
        receive("three");
        assertEquals("received=1 of count=2 within wait=50ms",
                bench.failure("received --wait 50ms --count 2"));
    }

    @Test
    void shouldPrintUntilWhatIsAwaited() throws Exception {
        receive("progress 1/2");
        receive("sha256 00");
        receive("later");
        assertTrue(bench.run("received --wait 10s --until '^(sha256|error) '").strip()
                .endsWith("sha256 00"));
        assertEquals("until=sha256 has not been received within wait=50ms",
                bench.failure("received --wait 50ms --until sha256"));
    }

    @Test
    void shouldSayWhatWasDropped() throws Exception {
        for (int i = 0; i < 258; i++) {
            receive("message " + i);
        }
        String[] lines = bench.run("received").split("\\R");
        assertEquals("dropped=2 older messages: the inbox holds 256", lines[0]);
        assertTrue(lines[1].endsWith("message 2"), lines[1]);
        assertEquals(257, lines.length);
    }

    @Test
    void shouldRefuseWrongInput() {
        assertEquals("usage: received; say help brattice:received for its options",
                bench.failure("received all"));
        assertEquals("until=( is no regular expression: Unclosed group",
                bench.failure("received --until '('"));
        assertEquals("wait=soon is not a duration: write it as 500ms, 5s, 2m or 1h",
                bench.failure("received --wait soon"));
    }

    private void receive(String text) {
        bench.console.message(FakeMessage.text("echo", text));
    }
}
