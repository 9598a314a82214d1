package org.brattice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictStepTest {
    @Test
    void shouldReadStepsInTheirOrder() {
        assertEquals(
                List.of(new VerdictStep(Verdict.of("restart:1s"), 3, Duration.ofSeconds(60)),
                        new VerdictStep(Verdict.of("hold"), 0, Duration.ZERO)),
                VerdictStep.of("restart:1s*3/60s, hold"));
        assertEquals("[restart:1000ms*3/60s, hold]",
                VerdictStep.of(" restart:1s*3/60s,hold ").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"restart*3", "restart*3/60", "restart*0/60s", "restart*3/0s", "*3/60s*",
            "restart**3/60s"})
    void shouldRefuseALimitThatIsNone(String text) {
        assertEquals(
                "step=" + text
                        + " must be a verdict, or VERDICT*TIMES/SECONDSs such as restart*3/60s",
                refusal(text));
    }

    @Test
    void shouldRefuseAStepWithoutAVerdict() {
        assertEquals("verdict= must be one of " + Verdict.TEXTS
                + ", with DELAY such as 200ms or 5s", refusal("hold,"));
        assertEquals("verdict=dance must be one of " + Verdict.TEXTS
                + ", with DELAY such as 200ms or 5s", refusal("dance*3/60s"));
    }

    private static String refusal(String text) {
        return assertThrows(IllegalArgumentException.class, () -> VerdictStep.of(text))
                .getMessage();
    }
}
