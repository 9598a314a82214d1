package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTest {
    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1 KiB", "1536, 1536 B", "16777216, 16 MiB",
            "1073741824, 1 GiB", "1099511627776, 1 TiB", "1125899906842624, 1024 TiB"})
    void shouldReadWhatItWrites(long bytes, String text) {
        assertEquals(text, Size.text(bytes));
        assertEquals(bytes, Size.parse("memory", text));
    }

    @Test
    void shouldTakeBytesWithoutUnit() {
        assertEquals(4096, Size.parse("memory", " 4096 "));
    }

    @Test
    void shouldAlignUpwards() {
        assertEquals(0, Size.align(0, 128));
        assertEquals(128, Size.align(1, 128));
        assertEquals(128, Size.align(128, 128));
    }
}
