package org.brattice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTest {
    @ParameterizedTest
    @ValueSource(strings = {"restart", "restart:200ms", "cold", "cold:5000ms", "rollback", "remap",
            "reassign",
            "reassign:vios2", "quarantine", "hold", "ignore", "escalate"})
    void shouldBeWhatItsTextSays(String text) {
        assertEquals(text, Verdict.of(text).toString());
    }

    @Test
    void shouldReadSeconds() {
        assertEquals(new Verdict.Restart(Duration.ofSeconds(5)), Verdict.of(" restart:5s "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dance", "Restart", "restart:", "restart:5", "restart:soon",
            "reassign:", "hold:1s",
            "ignore:", "restart:5s:1"})
    void shouldRefuseWhatIsNone(String text) {
        assertEquals("verdict=" + text + " must be one of " + Verdict.TEXTS
                + ", with DELAY such as 200ms or 5s",
                assertThrows(IllegalArgumentException.class, () -> Verdict.of(text)).getMessage());
    }

    @Test
    void shouldRefuseADelayBeyondADay() {
        assertEquals("delay=PT24H0.001S must be from none to a day",
                assertThrows(IllegalArgumentException.class,
                        () -> Verdict.of("restart:86400001ms")).getMessage());
    }
}
