package org.brattice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceTest {
    @ParameterizedTest
    @ValueSource(strings = {"processor:0", "processor:1023", "block:17", "slot:U1.P1-C2"})
    void shouldReadWhatItWrites(String text) {
        assertEquals(text, Resource.of(text).toString());
    }

    @Test
    void shouldTellTheKindsApart() {
        assertEquals(new Resource.Processor(3), Resource.of("processor:3"));
        assertEquals(new Resource.MemoryBlock(3), Resource.of("block:3"));
        assertEquals(new Resource.Slot("3"), Resource.of("slot:3"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "cpu:3 | resource=cpu:3 must be processor:INDEX, block:INDEX or slot:LOCATION",
            "processor | resource=processor must be processor:INDEX, block:INDEX or slot:LOCATION",
            "processor: | resource=processor: must end with an index, a decimal number from 0",
            "processor:0x3 | resource=processor:0x3 must end with an index, a decimal number from 0",
            "block:-1 | resource=block:-1 must end with an index, a decimal number from 0",
            "block:9999999999 | resource=block:9999999999 must end with an index, a decimal number"
                    + " from 0",
            "slot: | slot= must have 1 to 63 of A-Z, a-z, 0-9, '.' and '-', beginning with a letter"
                    + " or digit",
            "slot:-U1 | slot=-U1 must have 1 to 63 of A-Z, a-z, 0-9, '.' and '-', beginning with a"
                    + " letter or digit"})
    void shouldNotGuessAtAMalformedOne(String text, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> Resource.of(text)).getMessage());
    }
}
