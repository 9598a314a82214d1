package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamsTest {
    private final Bench bench = Bench.anonymous();
    private final int y = bench.partition("y", 4096);
    private final long page = bench.frame.layout().page(bench.vsr.index(y));
    private final Streams streams = new Streams(bench.frame.memory(), page);

    @AfterEach
    void close() {
        bench.close();
    }

    /** Who ends while it tells a receiver has told nothing: the next boot tells it again. */
    @Test
    void shouldTellAgainWhenItEndedWhileItTold() {
        int entry = streams.open(7, 7);
        long id = streams.id(entry);
        streams.abort(entry, id);
        assertThrows(StepHolder.Ended.class, () -> streams.hear(32, (source, stream) -> {
            throw new StepHolder.Ended();
        }));

        streams.attach(0, java.util.Set.of());
        List<String> told = new ArrayList<>();
        streams.hear(32, (source, stream) -> told.add(source + " " + stream));
        streams.hear(32, (source, stream) -> told.add(source + " " + stream));

        assertEquals(List.of("7 " + id), told);
        assertEquals(0, Word.opaque(bench.frame.memory(), page + FrameLayout.PAGE_STREAMS));
    }

    /** A damaged record may name any entry, also words of other tables. */
    @Test
    void shouldTouchNothingForAnEntryThatIsNone() {
        long behind = FrameLayout.STREAM_LIMIT;
        Word.opaque(bench.frame.memory(), page + FrameLayout.PAGE_PEERS, 5L << 14 | 1);
        for (long entry : new long[]{behind, -1, Long.MIN_VALUE, 1L << 40}) {
            assertFalse(streams.wanted(entry, 5));
            streams.refuse(entry, 5);
            streams.done(entry, 5);
        }
        assertEquals(5L << 14 | 1,
                Word.opaque(bench.frame.memory(), page + FrameLayout.PAGE_PEERS));
        int entry = streams.open(7, 7);
        assertTrue(streams.wanted(entry, streams.id(entry)));
    }
}
