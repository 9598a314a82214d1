package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void shouldAlignColumns() {
        Table table = new Table(">NUMBER", "NAME", ">SIZE");
        table.row(1, "console", "1 MiB");
        table.row(1000, "e", "512 KiB");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true));
        assertEquals("""
                NUMBER  NAME        SIZE
                     1  console    1 MiB
                  1000  e        512 KiB
                """, out.toString().replace(System.lineSeparator(), "\n"));
    }

    @Test
    void shouldShowWhatWouldSteerTheTerminal() {
        Table table = new Table("NAME");
        table.row("a\u001b[2J\nNAME");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true));
        assertEquals("NAME\na\\u001b[2J\\nNAME\n",
                out.toString().replace(System.lineSeparator(), "\n"));
        assertEquals("reason=\\u001b[2J", new CommandFailed("reason=\u001b[2J").getMessage());
    }

    @Test
    void shouldRefuseARowThatDoesNotFit() {
        Table table = new Table("NAME");
        assertEquals("cells=2 is not columns=1", assertThrows(IllegalArgumentException.class,
                () -> table.row("a", "b")).getMessage());
    }
}
