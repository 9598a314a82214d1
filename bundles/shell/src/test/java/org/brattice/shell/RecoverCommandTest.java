package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.brattice.api.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecoverCommandTest {
    private final Bench bench = new Bench();

    RecoverCommandTest() {
        bench.hypervisor.with(FakeHypervisor.running(1, "vios"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldCarryOutAVerdictAndListIt() throws Exception {
        assertEquals("no recoveries\n", bench.run("recover").replace("\r", ""));
        assertEquals("vios: restart done millis=3: it runs\n",
                bench.run("recover vios restart").replace("\r", ""));
        assertEquals(
                """
                        RECOVERY  BEGUN                 PARTITION  FAULT  KIND  VERDICT  BY        STATE  MILLIS  OUTCOME
                               1  2026-01-02T03:04:05Z  vios           -  -     restart  operator  done        3  it runs
                        """,
                bench.run("recover").replace("\r", ""));
    }

    @Test
    void shouldFailWhenItIsNotCarriedOut() {
        bench.hypervisor.refusal = "its firmware is not there: start its bundle";
        assertEquals(
                "vios: restart was not carried out: its firmware is not there: start its bundle",
                bench.failure("recover vios restart"));
    }

    @Test
    void shouldRefuseWhatIsNoVerdict() {
        assertEquals("verdict=dance must be one of " + Verdict.TEXTS
                + ", with DELAY such as 200ms or 5s", bench.failure("recover vios dance"));
        assertEquals("usage: recover NAME VERDICT; say help brattice:recover for its options",
                bench.failure("recover vios"));
        assertEquals("partition=nobody is unknown: known are console, echo, vios",
                bench.failure("recover nobody restart"));
    }
}
