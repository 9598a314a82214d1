package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.osgi.framework.Bundle;

/** A bundle is updated while messages flow through its partition: nothing is lost. */
public class HotSwapIT extends ContainerTest {
    private static final int UPDATES = 20;
    private static final int MANY_UPDATES = 300;
    private static final int SENDERS = 4;

    /** Numbers its messages, sends them at full speed, and checks that each comes back, in order. */
    private static final class Flood implements Firmware {
        private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(2));
        private final IpcaService ipca;
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong back = new AtomicLong();
        private final List<String> wrong = new ArrayList<>();
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile boolean enough;

        Flood(IpcaService ipca) {
            this.ipca = ipca;
        }

        @Override
        public void boot(Boot boot) {
            boot.run(() -> {
                int echo = ipca.number("echo");
                MemorySegment number = MemorySegment.ofArray(new long[1]);
                while (!enough) {
                    number.set(ValueLayout.JAVA_LONG, 0, sent.get());
                    long position = ipca.send(echo, number, PATIENT);
                    if (position >= 0) {
                        sent.incrementAndGet();
                    } else if (position != IpcaService.NO_ROOM) {
                        throw new IllegalStateException("position=" + position);
                    }
                }
                over.countDown();
            });
        }

        @Override
        public void message(Message message) {
            long expected = back.get();
            if (message.getLong(0) != expected && wrong.size() < 10) {
                wrong.add("expected=" + expected + " came=" + message.getLong(0));
            }
            back.lazySet(expected + 1);
        }
    }

    @Test
    public void shouldLoseNothingOverTwentyUpdates() throws Exception {
        Bundle echo = echo();
        echo.start();
        await("echo", PartitionState.RUNNING);
        Flood[] flood = new Flood[1];
        Puppets.behave("flood", (own, ipca) -> flood[0] = new Flood(ipca));
        start("flood", "processors=2");
        for (int i = 0; i < UPDATES; i++) {
            long before = flood[0].back.get();
            eventually("echoes come", () -> assertTrue(flood[0].back.get() > before + 1000));
            echo.update();
        }
        await("echo", PartitionState.RUNNING);
        flood[0].enough = true;
        assertTrue("the sender ends", flood[0].over.await(20, TimeUnit.SECONDS));
        eventually("all echoes are back",
                () -> assertEquals("wrong=" + flood[0].wrong + " echo=" + info("echo").faults()
                        + " flood=" + info("flood").faults(),
                        flood[0].sent.get(), flood[0].back.get()));
        assertEquals(List.of(), flood[0].wrong);
        PartitionInfo info = info("echo");
        assertEquals(UPDATES + 1, info.boots());
        assertEquals(List.of(), info.faults());
        assertEquals(List.of(), info("flood").faults());
        System.out.println("hot swap: updates=" + UPDATES + " messages=" + flood[0].sent.get()
                + " lost=0");
    }

    @Test
    public void shouldAccountForEveryMessageOfSeveralSendersOverManyUpdates() throws Exception {
        Tally[] tallies = new Tally[SENDERS];
        Flooding[] senders = new Flooding[SENDERS];
        Puppets.behave("counter", (own, ipca) -> new Counting(tallies));
        for (int i = 0; i < SENDERS; i++) {
            tallies[i] = new Tally();
        }
        Bundle counter = start("counter");
        for (int i = 0; i < SENDERS; i++) {
            senders[i] = new Flooding("counter");
            Puppets.behave("sender." + i, senders[i]);
            start("sender." + i, "processors=2");
        }
        for (int update = 1; update <= MANY_UPDATES; update++) {
            long[] before = Arrays.stream(tallies).mapToLong(Tally::count).toArray();
            eventually("all senders' messages come", () -> {
                for (int i = 0; i < SENDERS; i++) {
                    assertTrue("sender=" + i, tallies[i].count() > before[i] + 100);
                }
            });
            counter.update(small("counter").version("1.0." + update).stream());
        }
        await("counter", PartitionState.RUNNING);
        for (int i = 0; i < SENDERS; i++) {
            Tally.assertAllOf(senders[i], tallies[i]);
            assertTrue(tallies[i].chunked() > 0);
            assertEquals(List.of(), info("sender." + i).faults());
        }
        assertEquals(MANY_UPDATES + 1, info("counter").boots());
        assertEquals("1.0." + MANY_UPDATES, counter.getVersion().toString());
        long again = Arrays.stream(tallies).mapToLong(Tally::again).sum();
        assertTrue("handlers threw", again > 0);
        System.out.println("hot swap: updates=" + MANY_UPDATES + " senders=" + SENDERS
                + " messages=" + Arrays.stream(tallies).mapToLong(Tally::count).sum()
                + " chunked=" + Arrays.stream(tallies).mapToLong(Tally::chunked).sum()
                + " lost=0 repeated=0 offered-again=" + again);
    }
}
