package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
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
                () -> assertEquals(flood[0].sent.get(), flood[0].back.get()));
        assertEquals(List.of(), flood[0].wrong);
        PartitionInfo info = info("echo");
        assertEquals(UPDATES + 1, info.boots());
        assertEquals(List.of(), info.faults());
        assertEquals(List.of(), info("flood").faults());
        System.out.println("hot swap: updates=" + UPDATES + " messages=" + flood[0].sent.get()
                + " lost=0");
    }
}
