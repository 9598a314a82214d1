package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a holder left behind the tail is read, and deleted, before the next one looks for the end. */
class WipedTailTest {
    private static final int IPCA = 4096;

    private final Bench bench = Bench.anonymous();
    private final int x = bench.partition("x", IPCA);
    private final int y = bench.partition("y", IPCA);
    private final int z = bench.partition("z", IPCA);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadWhatIsSentBehindADeletedRecordThatTheTailDoesNotCover(Step step) {
        Holder other = bench.holder(z);
        Scanner scanner = bench.scanner(y, recorder);
        bench.send(other, y, "before");
        assertThrows(StepHolder.Ended.class,
                () -> bench.send(new StepHolder(bench.holders, x, step, StepHolder.Fate.THROW), y,
                        "half"));
        scanner.poll(10);

        assertTrue(bench.send(other, y, "after") >= 0);
        scanner.poll(10);

        assertEquals(step.compareTo(Step.COMMITTED) >= 0
                ? List.of("before", "half", "after")
                : List.of("before", "after"), recorder.texts());
    }
}
