package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "4096, 4096", "17 B, 17", "64KiB, 65536", "100 MiB, 104857600",
            "2GiB, 2147483648"})
    void shouldReadBytes(String text, long bytes) {
        assertEquals(bytes, Quantity.bytes("length", text));
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "5s, PT5S", "2m, PT2M", "1h, PT1H", "0s, PT0S"})
    void shouldReadDurations(String text, Duration duration) {
        assertEquals(duration, Quantity.duration("wait", text));
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "0x1000, 4096", "0X1000, 4096", "0xffffffffffffffff, -1", "-1, -1"})
    void shouldReadAddressesWithoutJudgingThem(String text, long address) {
        assertEquals(address, Quantity.address(text));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "100, 100 B", "1024, 1 KiB", "1536, 1536 B", "1048576, 1 MiB",
            "1073741824, 1 GiB", "1099511627776, 1024 GiB"})
    void shouldWriteSizesExactly(long bytes, String text) {
        assertEquals(text, Quantity.size(bytes));
    }

    @Test
    void shouldSayWhatIsWrong() {
        fails("length=-5 is negative", () -> Quantity.bytes("length", "-5"));
        fails("bytes=12 MB is not a number of bytes: write it as 4096, 64KiB, 100MiB or 1GiB",
                () -> Quantity.bytes("bytes", "12 MB"));
        fails("bytes=9999999999GiB is more than 9223372036854775807",
                () -> Quantity.bytes("bytes", "9999999999GiB"));
        fails("wait=5 is not a duration: write it as 500ms, 5s, 2m or 1h",
                () -> Quantity.duration("wait", "5"));
        fails("wait=25h is more than the longest wait, 24h",
                () -> Quantity.duration("wait", "25h"));
        fails("address=here is not a frame address: write it as 4096 or as 0x1000",
                () -> Quantity.address("here"));
        fails("address=0x10000000000000000 is not a frame address: write it as 4096 or as 0x1000",
                () -> Quantity.address("0x10000000000000000"));
        fails("count=0 is less than 1", () -> Quantity.count("count", "0"));
        fails("count=ten is not a whole number", () -> Quantity.count("count", "ten"));
        fails("count=3000000000 is more than 2147483647",
                () -> Quantity.count("count", "3000000000"));
    }

    private static void fails(String message, Executable reading) {
        assertEquals(message, assertThrows(CommandFailed.class, reading).getMessage());
    }
}
