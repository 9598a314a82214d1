package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.brattice.api.Loan;
import org.brattice.api.Move;
import org.brattice.api.Resource;
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
        bench.hypervisor.moves.add(new Move(1, new Resource.Processor(4), "gone", 9, "echo", 3,
                Move.State.DONE, FakeHypervisor.MOMENT, FakeHypervisor.MOMENT, "asked", ""));
        assertEquals("move=1 took processor:4 from gone, which is no more: move it where it is to"
                + " be", bench.failure("undo"));
        bench.hypervisor.moves.clear();
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
    void shouldNameWhatCanMove() {
        assertEquals(
                List.of("processors:1", "blocks:1", "slot:U1-P1-C2", "processor:1", "block:4",
                        "slot:U1-P1-C1", "processor:4",
                        "block:2", "block:3"),
                new MovableCommand(bench.operator).movable());
    }

    @Test
    void shouldMoveSoManyOfAPartition() throws Exception {
        assertEquals("""
                move=1 resource=block:2 from=vios to=echo done millis=2
                move=2 resource=block:3 from=vios to=echo done millis=2
                """, lines("move blocks:2 --from vios --to echo"));
        assertEquals("""
                move=3 resource=processor:3 from=vios to=echo done millis=2
                move=4 resource=processor:5 from=vios to=echo done millis=2
                """, lines("move processors:2 --to echo"));
        assertEquals("""
                move=5 resource=block:2 from=vios to=echo done millis=2
                move=6 resource=block:3 from=vios to=echo done millis=2
                """, lines("move blocks:2@2 --to echo"));
        assertEquals("""
                1. vios is asked to release block:2
                2. both are told
                1. vios is asked to release block:3
                2. both are told
                """, lines("move blocks:2@2 --from vios --free --dry-run"));
    }

    @Test
    void shouldSayWhatMovedAndWhatDidNot() {
        bench.hypervisor.veto = "vios vetoed it: no";
        bench.hypervisor.agreed = new Resource.MemoryBlock(3);
        assertEquals("moved=1 of 3; not moved: block:1, block:2",
                bench.failure("move blocks:3@1 --to echo"));
        assertEquals("block:1: move=1 was undone: vios vetoed it: no\n"
                + "block:2: move=2 was undone: vios vetoed it: no\n"
                + "move=3 resource=block:3 from=vios to=echo done millis=2\n",
                bench.output().replace("\r", ""));
    }

    @Test
    void shouldRefuseWhatCannotBeMetWhole() {
        assertEquals("resource=blocks:3 is more than vios can spare, which is 2-3: say resources"
                + " vios", bench.failure("move blocks:3 --from vios --to echo"));
        assertEquals("resource=blocks:0 names none: say how many, from 1",
                bench.failure("move blocks:0 --to echo"));
        assertEquals("from=away owns nothing, as it is unknown or was not admitted: say why away",
                bench.failure("move blocks:1 --from away --to echo"));
        assertEquals("resource=block:4 is owned by (free), not by vios",
                bench.failure("move blocks:2@3 --from vios --to echo"));
        assertEquals("resource=block:5 is owned by no partition and not free: say resources",
                bench.failure("move blocks:2@4 --to echo"));
        assertEquals("resource=block:5 is owned by no partition and not free: say resources",
                bench.failure("move blocks:999999999@1 --to echo"));
        assertEquals("resource=processor:6 is owned by echo, not by vios",
                bench.failure("move processor:6 --from vios --free"));
        assertEquals("resource=blocks:2@999999999x must be processor:INDEX, block:INDEX or"
                + " slot:LOCATION, or so many: processors:COUNT, blocks:COUNT or"
                + " blocks:COUNT@INDEX", bench.failure("move blocks:2@999999999x --to echo"));
        assertEquals(List.of(), bench.hypervisor.moves);
    }

    @Test
    void shouldTakeWhatIsOnLoanLast() throws Exception {
        bench.hypervisor.loans.add(new Loan(new Resource.MemoryBlock(3), "echo", "vios", 1,
                FakeHypervisor.MOMENT));
        bench.run("move blocks:1 --from vios --to echo");
        assertEquals(new Resource.MemoryBlock(2), bench.hypervisor.moves.getLast().resource());
        bench.run("move blocks:2 --from vios --to echo");
        assertEquals(List.of(new Resource.MemoryBlock(3), new Resource.MemoryBlock(2)),
                bench.hypervisor.moves.reversed().stream().limit(2).map(Move::resource).toList()
                        .reversed());
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
        assertEquals("say one of both: --to NAME, or --free",
                bench.failure("move processor:4 --to echo --free"));
        assertEquals("resource=cpu:4 must be processor:INDEX, block:INDEX or slot:LOCATION, or so"
                + " many: processors:COUNT, blocks:COUNT or blocks:COUNT@INDEX",
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
