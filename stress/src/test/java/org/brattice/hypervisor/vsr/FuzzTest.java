package org.brattice.hypervisor.vsr;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

/** What the fuzzer has found worth keeping, and every word of a ring once, as ordinary tests. */
class FuzzTest {
    private static final int STORE = 11;
    private static final int RING = 4;
    private static final int GUARD = 7;
    private static final long[] VALUES = {0, -1, 1L << 40, 64, Long.MAX_VALUE, 2L << 32,
            RecordLayout.pack(-1, 2)};

    @Test
    void shouldSurviveEveryFrameSeed() throws IOException {
        assertTrue(all("FrameFuzz", FrameFuzz::fuzzerTestOneInput) >= 100);
    }

    @Test
    void shouldOpenOrRefuseEveryHeaderSeed() throws IOException {
        assertTrue(all("HeaderFuzz", HeaderFuzz::fuzzerTestOneInput) >= 10);
    }

    private static int all(String target, Consumer<byte[]> fuzz) throws IOException {
        List<String> seeds;
        try (InputStream file = FuzzTest.class.getResourceAsStream("/fuzz/" + target + ".seeds")) {
            seeds = new String(file.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
        }
        for (String seed : seeds) {
            run(fuzz, Base64.getDecoder().decode(seed));
        }
        return seeds.size();
    }

    /** Damage behind the guard: each word of each ring, with headers that say they are right. */
    @Test
    void shouldSurviveEveryWordOfARingUnderARightGuard() {
        for (int ring = 0; ring < 3; ring++) {
            for (int word = 0; word < FrameFuzz.IPCA / 8; word++) {
                for (long value : VALUES) {
                    ByteBuffer input = ByteBuffer.allocate(2 * STORE)
                            .order(ByteOrder.LITTLE_ENDIAN);
                    input.put((byte) (RING | ring << 3)).putShort((short) word).putLong(value);
                    input.put((byte) (GUARD | ring << 3));
                    run(FrameFuzz::fuzzerTestOneInput, input.array());
                }
            }
        }
    }

    private static void run(Consumer<byte[]> fuzz, byte[] input) {
        try {
            fuzz.accept(input);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("input=" + HexFormat.of().formatHex(input), e);
        }
    }

    @Test
    void shouldNotHangOnAnInputThatSaysAllKindsOfStores() {
        byte[] input = new byte[256 * STORE];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) (i * 131 + (i >>> 8));
        }
        assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> run(FrameFuzz::fuzzerTestOneInput, input));
    }
}
