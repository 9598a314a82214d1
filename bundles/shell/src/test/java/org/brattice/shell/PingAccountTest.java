package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class PingAccountTest {
    private final PingAccount account = new PingAccount();

    @Test
    void shouldCountWhatIsLostRepeatedAndOutOfOrder() {
        for (int i = 0; i < 5; i++) {
            account.sent();
        }
        account.answered(0, 1000);
        account.answered(2, 3000);
        account.answered(1, 2000);
        account.answered(1, 2500);
        account.answered(4, 2000);
        account.damaged();
        assertEquals(1, account.lost());
        assertEquals(
                "sent=5 answered=4 lost=1 repeated=1 out-of-order=1 damaged=1 seconds=2.000"
                        + " rate=2/s round-trip-micros least=1.0 mean=2.0 most=3.0",
                account.summary(Duration.ofSeconds(2)));
    }

    @Test
    void shouldNotMindAnAnswerBeforeTheSendIsCounted() {
        account.answered(0, 10);
        account.sent();
        assertEquals(0, account.lost());
        assertEquals(0, account.onTheirWay());
    }

    @Test
    void shouldSayNothingOfRoundTripsWithoutAny() {
        assertEquals("sent=0 answered=0 lost=0 repeated=0 out-of-order=0 seconds=1.000 rate=0/s",
                account.summary(Duration.ofSeconds(1)));
    }

    @Test
    void shouldWaitUntilEnoughHasComeBack() throws Exception {
        account.sent();
        Thread answering = Thread.ofVirtual().start(() -> account.answered(0, 1));
        account.await(0, Duration.ofSeconds(10));
        answering.join();
        assertEquals(0, account.onTheirWay());
    }

    @Test
    void shouldEndAWaitInVain() throws Exception {
        account.sent();
        long begin = System.nanoTime();
        account.await(0, Duration.ofMillis(20));
        assertTrue(System.nanoTime() - begin >= 20_000_000);
        assertEquals(1, account.onTheirWay());
    }
}
