package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MoveCommandTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private String lines(String command) throws Exception {
        return bench.run(command).replace("\r", "");
    }

    @Test
    void shouldMoveAndNoteIt() throws Exception {
        assertEquals("no moves\n", lines("journal"));
        assertEquals("move=1 resource=processor:4 from=vios to=echo done millis=2\n",
                lines("move processor:4 --to echo"));
        assertEquals("move=2 resource=slot:U1-P1-C1 from=vios to=(free) done millis=2\n",
                lines("move --free slot:U1-P1-C1"));
        assertEquals(
                """
                        MOVE  BEGUN                 RESOURCE       FROM  TO      STATE  CAUSE                     OUTCOME
                           1  2026-01-02T03:04:05Z  processor:4    vios  echo    done   an operator asked for it  -
                           2  2026-01-02T03:04:05Z  slot:U1-P1-C1  vios  (free)  done   an operator asked for it  -
                        """,
                lines("journal"));
    }

    @Test
    void shouldOnlySayWhatItWouldDo() throws Exception {
        assertEquals("""
                1. vios is asked to release processor:4
                2. both are told
                """, lines("move processor:4 --to echo --dry-run"));
        assertEquals("no moves\n", lines("journal"));
    }

    @Test
    void shouldReverseTheLatestMoveThatWasDone() throws Exception {
        assertEquals("no move in the journal was done: there is nothing to undo",
                bench.failure("undo"));
        lines("move processor:4 --to echo");
        bench.hypervisor.veto = "no";
        assertEquals("move=2 was undone: no", bench.failure("move slot:U1-P1-C1 --to echo"));
        bench.hypervisor.veto = null;

        assertEquals("""
                1. vios is asked to release processor:4
                2. both are told
                """, lines("undo --dry-run"));
        assertEquals("move=3 resource=processor:4 from=vios to=vios done millis=2\n",
                lines("undo"));
        assertEquals("undo of move=1", bench.hypervisor.moves.getLast().cause());
    }

    @Test
    void shouldFailWhenItWasUndone() {
        bench.hypervisor.veto = "vios vetoed it: a transfer is under way";
        assertEquals("move=1 was undone: vios vetoed it: a transfer is under way",
                bench.failure("move slot:U1-P1-C1 --to echo"));
    }

    @Test
    void shouldRefuseWhatIsNoMove() {
        assertEquals("say where to: --to NAME, or --free", bench.failure("move processor:4"));
        assertEquals("say where to: --to NAME, or --free",
                bench.failure("move processor:4 --to echo --free"));
        assertEquals("resource=cpu:4 must be processor:INDEX, block:INDEX or slot:LOCATION",
                bench.failure("move cpu:4 --to echo"));
        assertEquals("wait=soon is not a duration: write it as 500ms, 5s, 2m or 1h",
                bench.failure("move processor:4 --to echo --wait soon"));
        assertEquals("usage: move RESOURCE; say help brattice:move for its options",
                bench.failure("move --to echo"));
        bench.hypervisor.refusal = "resource=processor:4 is moving already: move=7";
        assertEquals("resource=processor:4 is moving already: move=7",
                bench.failure("move processor:4 --to echo"));
    }
}
