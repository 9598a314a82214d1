package org.brattice.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FoundTest {
    private static final String VSR = """
            NUMBER  PARTITION       BASE      SIZE
                 1  console    0x1000000  0x100000
                 2  echo       0x2000000   0x80000
                12  echo.two   0x3000000  0x100000
            """;

    @Test
    void shouldCountProcessors() {
        String resources = """
                OWNER    PROCESSORS  BLOCKS
                (free)   6-1023      3-60
                echo     -           4
                reader   0,2-4       5
                """;
        assertTrue(Found.processors(resources, "echo", 0));
        assertTrue(Found.processors(resources, "reader", 4));
        assertTrue(Found.processors(resources, "(free)", 1018));
        assertFalse(Found.processors(resources, "reader", 3));
    }

    @Test
    void shouldFindBaseAndSize() throws CommandFailed {
        assertEquals(0x2000000, Found.column(VSR, "echo", 1));
        assertEquals(0x80000, Found.column(VSR, "echo", 2));
        assertEquals(0x3000000, Found.column(VSR, "echo.two", 1));
    }

    @Test
    void shouldFindTheLastMatch() throws CommandFailed {
        assertEquals("2", Found.last("position=1 position=2", "position=(\\d+)"));
    }

    @Test
    void shouldSayWhatIsNotThere() {
        assertEquals("expected=position=(\\d+) is not in what was printed",
                assertThrows(CommandFailed.class, () -> Found.last("none", "position=(\\d+)"))
                        .getMessage());
    }
}
