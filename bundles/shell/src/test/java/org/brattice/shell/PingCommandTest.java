package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import org.brattice.api.IpcaService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PingCommandTest {
    private final Bench bench = new Bench();
    private final ExecutorService echo = Executors.newSingleThreadExecutor();
    private final AtomicInteger tries = new AtomicInteger();

    @AfterEach
    void close() {
        bench.close();
        echo.shutdownNow();
    }

    @Test
    void shouldCountAnswers() throws Exception {
        bench.ipca.answer = (receiver, payload) -> echoed(payload);
        String output = bench.run("ping echo --count 1000 --size 100 --window 10");
        assertTrue(output.startsWith(
                "ping echo sent=1000 answered=1000 lost=0 repeated=0 out-of-order=0 seconds="),
                output);
        assertEquals(1000, bench.ipca.payloads.size());
        assertEquals(100, bench.ipca.payloads.get(0).length);
    }

    @Test
    void shouldFailWhenAnAnswerIsLost() {
        bench.ipca.answer = (receiver,
                payload) -> tries.incrementAndGet() == 3 ? 64L : echoed(payload);
        String message = bench.failure("ping echo --count 5 --wait 200ms");
        assertTrue(message.startsWith("ping echo sent=5 answered=4 lost=1 repeated=0"), message);
    }

    @Test
    void shouldFailWhenAnAnswerIsDamaged() {
        bench.ipca.answer = (receiver, payload) -> {
            byte[] damaged = payload.clone();
            damaged[damaged.length - 1]++;
            return echoed(tries.incrementAndGet() == 2 ? damaged : payload);
        };
        String message = bench.failure("ping echo --count 3 --wait 200ms");
        assertTrue(message.startsWith("ping echo sent=3 answered=2 lost=1"), message);
        assertTrue(message.contains(" damaged=1 "), message);
    }

    @Test
    void shouldWaitForAReceiverThatIsAway() throws Exception {
        bench.ipca.answer = (receiver, payload) -> switch (tries.incrementAndGet()) {
            case 4, 5 -> IpcaService.NO_IPCA;
            case 7 -> IpcaService.NO_ROOM;
            default -> echoed(payload);
        };
        String output = bench.run("ping echo --count 10");
        assertTrue(output.startsWith("ping echo sent=10 answered=10 lost=0 repeated=0"), output);
    }

    @Test
    void shouldCountRepeatedAnswersWithoutFailing() throws Exception {
        bench.ipca.answer = (receiver, payload) -> {
            echoed(payload);
            return echoed(payload);
        };
        // The last may come again when nobody listens any more.
        String output = bench.run("ping echo --count 10 --window 1");
        assertTrue(output.startsWith("ping echo sent=10 answered=10 lost=0"), output);
        assertTrue(output.matches("(?s).* repeated=(9|10) .*"), output);
    }

    @Test
    void shouldGoOnForATime() throws Exception {
        bench.ipca.answer = (receiver, payload) -> echoed(payload);
        long begin = System.nanoTime();
        String output = bench.run("ping echo --for 50ms --window 4");
        assertTrue(System.nanoTime() - begin >= 50_000_000, output);
        assertTrue(output.contains(" lost=0 "), output);
    }

    @Test
    void shouldSayWhyNothingCouldBeSent() {
        bench.ipca.answer = (receiver, payload) -> IpcaService.NO_IPCA;
        assertEquals("receiver=echo: it has no IPCA, so it can receive nothing within wait=100ms,"
                + " say why echo", bench.failure("ping echo --wait 100ms"));
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        assertEquals("size=16 is less than 32", bench.failure("ping echo --size 16"));
        assertEquals("window=1000 of size=1000 is more than 524288 bytes on their way:"
                + " lower one of them", bench.failure("ping echo --size 1000 --window 1000"));
        bench.ipca.recordLimit = 512;
        assertEquals("size=1000 is more than a record of echo takes: at most 512",
                bench.failure("ping echo --size 1000"));
        assertEquals("partition=eco is unknown: known are console, echo",
                bench.failure("ping eco"));
    }

    private long echoed(byte[] payload) {
        echo.execute(() -> bench.console.message(new FakeMessage("echo", payload)));
        return 64;
    }
}
