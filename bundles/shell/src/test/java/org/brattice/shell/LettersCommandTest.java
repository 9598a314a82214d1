package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.brattice.api.DeadLetter;
import org.brattice.api.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters, the fault log, and partitions that are destroyed. */
class LettersCommandTest {
    private final Bench bench = new Bench();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        bench.close();
    }

    private static DeadLetter letter(long id, String receiver, int length, int kept, long stream) {
        return new DeadLetter(id, receiver, 3, "alice", 2, 4096, FakeHypervisor.MOMENT,
                FakeHypervisor.MOMENT.plusSeconds(60), 3, length, kept, stream, stream * 100,
                stream * 1000, "its handler threw");
    }

    private String lines(String line) throws Exception {
        return bench.run(line).replace(System.lineSeparator(), "\n");
    }

    @Test
    void shouldListLetters() throws Exception {
        assertEquals("no dead letters\n", lines("letters"));
        bench.hypervisor.letters.add(letter(7, "bob", 17, 17, 0));
        assertEquals(
                """
                        ID  RECEIVER  SOURCE  POSITION  BYTES  ATTEMPTS  GIVEN UP              REASON
                         7  bob       alice       4096     17         3  2026-01-02T03:05:05Z  its handler threw
                        """,
                lines("letters"));
    }

    @Test
    void shouldShowOne() throws Exception {
        bench.hypervisor.letters.add(letter(7, "bob", 17, 17, 0));
        assertEquals("""
                letter      7
                receiver    bob (3)
                source      alice (2)
                position    4096
                sent        2026-01-02T03:04:05Z
                given up    2026-01-02T03:05:05Z
                attempts    3
                reason      its handler threw
                bytes       17
                0x000000000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
                0x000000000010  00                                                |.|
                """, lines("letters 7"));
        bench.hypervisor.letters.add(letter(8, "bob", 17, 0, 5));
        String shown = lines("letters 8");
        assertTrue(shown.contains("chunk       of message=5, bytes=500 to 517 of 5000\n"), shown);
        assertTrue(shown.endsWith(
                "bytes       17, not kept: more than dead.letter.limit of the frame description\n"),
                shown);
    }

    @Test
    void shouldDropOneThoseOfAReceiverOrAll() throws Exception {
        for (int id = 1; id <= 5; id++) {
            bench.hypervisor.letters.add(letter(id, id == 2 ? "carol" : "bob", 1, 1, 0));
        }
        assertEquals("dropped=1\n", lines("letters --drop 1"));
        assertEquals("dropped=3\n", lines("letters --drop bob"));
        assertEquals(List.of(2L),
                bench.hypervisor.letters.stream().map(DeadLetter::id).toList());
        assertEquals("dropped=1\n", lines("letters --drop all"));
        assertEquals("dropped=0\n", lines("letters --drop all"));
    }

    @Test
    void shouldPutBack() throws Exception {
        bench.hypervisor.letters.add(letter(7, "bob", 1, 1, 0));
        assertEquals("letter=7 is put back: bob is offered it again\n",
                lines("letters --redeliver 7"));
        assertEquals(List.of(), bench.hypervisor.letters);
        bench.hypervisor.letters.add(letter(8, "bob", 1, 1, 0));
        bench.hypervisor.refusal = "bob is gone";
        assertEquals("bob is gone", bench.failure("letters --redeliver 8"));
    }

    @Test
    void shouldExport() throws Exception {
        Path file = directory.resolve("letter");
        bench.hypervisor.letters.add(letter(7, "bob", 3, 3, 0));
        assertEquals("letter=7 bytes=3 file=" + file + "\n",
                lines("letters --export 7 " + file));
        assertEquals(3, Files.size(file));
        assertEquals("file=" + file + " exists: choose another",
                bench.failure("letters --export 7 " + file));
        Path nowhere = directory.resolve("none").resolve("letter");
        assertEquals("file=" + nowhere + " cannot be written:"
                + " java.nio.file.NoSuchFileException: " + nowhere,
                bench.failure("letters --export 7 " + nowhere));
        bench.hypervisor.letters.add(letter(8, "bob", 3, 0, 0));
        assertEquals(
                "letter=8 has no payload: bytes=3 were more than dead.letter.limit of the frame"
                        + " description",
                bench.failure("letters --export 8 " + file));
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        String unknown = "letter=9 is unknown: say letters, which lists them";
        assertEquals(unknown, bench.failure("letters 9"));
        assertEquals(unknown, bench.failure("letters --drop 9"));
        assertEquals(unknown, bench.failure("letters --redeliver 9"));
        assertEquals(unknown, bench.failure("letters --export 9 file"));
        assertEquals("letter=nine is not a whole number", bench.failure("letters nine"));
        assertEquals("letter=0 is less than 1", bench.failure("letters --drop 0"));
        assertEquals("receiver=bob has no dead letters: give an ID, a receiver's name or all",
                bench.failure("letters --drop bob"));
        assertEquals("options=--drop, --redeliver, --export: give one of them",
                bench.failure("letters --drop 1 --redeliver 1"));
        assertEquals("usage: letters ID; say help brattice:letters for its options",
                bench.failure("letters 1 2"));
        assertEquals("usage: letters --export ID FILE; say help brattice:letters for its options",
                bench.failure("letters --export 1"));
    }

    @Test
    void shouldDestroy() throws Exception {
        assertEquals("echo is destroyed\n", lines("destroy echo"));
        assertEquals("echo is destroyed\n", lines("destroy echo --discard"));
        assertEquals(List.of("echo", "echo discard"), bench.hypervisor.destroyed);
        bench.hypervisor.refusal = "messages=3 do not fit";
        assertEquals("echo is not destroyed: messages=3 do not fit",
                bench.failure("destroy echo"));
        assertEquals("partition=eco is unknown: known are console, echo",
                bench.failure("destroy eco"));
    }

    @Test
    void shouldListFaults() throws Exception {
        assertEquals("no faults\n", lines("faults"));
        bench.hypervisor.faults.add(new Fault(1, "sick", 3, Fault.Kind.HANDLER_THREW,
                FakeHypervisor.MOMENT, FakeHypervisor.MOMENT.plusSeconds(1), 3, 2, 64, 1, "boom",
                "at A\nat B"));
        bench.hypervisor.faults.add(new Fault("echo", 2, Fault.Kind.POISONED, FakeHypervisor.MOMENT,
                "given up"));
        assertEquals(
                """
                        1 2026-01-02T03:04:05Z sick HANDLER_THREW: boom (count=3 latest=2026-01-02T03:04:06Z)
                        0 2026-01-02T03:04:05Z echo POISONED: given up
                        """,
                lines("faults"));
        assertEquals(
                """
                        1 2026-01-02T03:04:05Z sick HANDLER_THREW: boom (count=3 latest=2026-01-02T03:04:06Z)
                            at A
                            at B
                        """,
                lines("faults sick"));
        assertEquals("usage: faults NAME; say help brattice:faults for its options",
                bench.failure("faults one two"));
    }
}
