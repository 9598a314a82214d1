package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/** The faster messages come, the longer they gather; single ones are never kept waiting. */
class GatheringTest {
    private final Gathering gathering = new Gathering();

    /** Lengths of the pauses when so many messages come while the scanner spins once. */
    private List<Integer> pauses(double perSpin, int times) {
        List<Integer> lengths = new ArrayList<>();
        double waiting = 0;
        for (int i = 0; i < times; i++) {
            gathering.pause();
            lengths.add(gathering.length());
            // The look that finds the first of them takes a spin too.
            waiting += perSpin * Math.max(1, gathering.length());
            gathering.found((int) waiting);
            waiting -= (int) waiting;
        }
        return lengths;
    }

    @Test
    void shouldNotPauseForWhatComesSingly() {
        for (int i = 0; i < 255; i++) {
            gathering.found(1);
            gathering.pause();
            assertEquals(0, gathering.length());
        }
        gathering.found(1);
        gathering.pause();
        assertEquals(24, gathering.length(), "once in a while it tries");
        int tries = 0;
        for (int i = 0; i < 1_000_000; i++) {
            gathering.found(1);
            gathering.pause();
            tries += gathering.length() > 0 ? 1 : 0;
        }
        assertTrue(tries < 30, "ever less often: " + tries);
    }

    @Test
    void shouldPauseTheLongerTheFasterTheyCome() {
        gathering.found(1000);
        assertEquals(List.of(24, 48, 96, 192, 384, 384), pauses(0.6, 6));
    }

    @Test
    void shouldPauseShortlyForWhatComesAtAModerateRate() {
        gathering.found(1000);
        assertEquals(List.of(24, 24, 24, 24), pauses(0.2, 4));
    }

    @Test
    void shouldEndWhenNothingComesAnyMore() {
        gathering.found(1000);
        pauses(0.6, 6);
        assertEquals(List.of(192, 96, 48, 24, 0, 0), pauses(0, 7).subList(1, 7));
    }
}
