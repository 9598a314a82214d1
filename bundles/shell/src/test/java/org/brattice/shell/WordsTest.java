package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.Test;

class WordsTest {
    @Test
    void shouldTakeAsManyAsTheUsageNames() {
        assertEquals(List.of("echo", "running"),
                Words.exactly("await NAME STATE", "echo", "running"));
        assertEquals(List.of("echo", "a", "b"), Words.atLeast("send NAME TEXT", "echo", "a", "b"));
    }

    @Test
    void shouldNotCountOptionsOfTheUsage() {
        assertEquals(List.of("a"), Words.atLeast("send --all TEXT", "a"));
    }

    @Test
    void shouldTakeEverythingBehindTwoDashesAsPlain() {
        assertEquals(List.of("echo", "--all", "--"),
                Words.exactly("send NAME TEXT TEXT", "echo", "--", "--all", "--"));
    }

    @Test
    void shouldTakeNullAsTheWord() {
        assertEquals(List.of("null"), Words.exactly("why NAME", (String) null));
    }

    @Test
    void shouldShowTheUsageWhenWordsAreMissingOrTooMany() {
        String usage = "usage: why NAME; say help brattice:why for its options";
        assertEquals(usage, assertThrows(CommandFailed.class,
                () -> Words.exactly("why NAME")).getMessage());
        assertEquals(usage, assertThrows(CommandFailed.class,
                () -> Words.exactly("why NAME", "a", "b")).getMessage());
        assertEquals("usage: send NAME TEXT; say help brattice:send for its options",
                assertThrows(CommandFailed.class, () -> Words.atLeast("send NAME TEXT", "echo"))
                        .getMessage());
    }

    @Test
    void shouldNameAnUnknownOption() {
        assertEquals("option=--loud is unknown: say help brattice:why",
                assertThrows(CommandFailed.class, () -> Words.exactly("why NAME", "--loud", "a"))
                        .getMessage());
    }
}
