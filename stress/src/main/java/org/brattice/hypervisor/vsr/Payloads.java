package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Payloads of one repeated letter, so that a torn one shows. */
final class Payloads {
    static final int LENGTH = 40;
    static final MemorySegment A = of("A");
    static final MemorySegment B = of("B");
    static final MemorySegment C = of("C");

    private Payloads() {}

    private static MemorySegment of(String letter) {
        return MemorySegment.ofArray(letter.repeat(LENGTH).getBytes(StandardCharsets.UTF_8));
    }
}
