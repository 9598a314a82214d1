package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;

import org.brattice.api.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthCommandTest {
    private static final String PID = "org.brattice.recovery.HealthTable";

    private final Bench bench = new Bench();
    private final FakeConfigurationAdmin admin = new FakeConfigurationAdmin();

    HealthCommandTest() {
        bench.hypervisor.with(FakeHypervisor.running(3, "vios"));
        bench.add("health", new HealthCommand(bench.operator, admin.service()));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private String run(String line) throws Exception {
        return bench.run(line).replace("\r", "");
    }

    private Object row(String key) {
        Dictionary<String, Object> rows = admin.configurations.get(PID);
        return rows == null ? null : rows.get(key);
    }

    @Test
    void shouldShowHowPartitionsAre() throws Exception {
        run("recover vios restart");
        assertEquals("""
                PARTITION  STATE    FAULTS  LATEST  RECOVERED
                console    running       0  -       -
                echo       running       0  -       -
                vios       running       0  -       restart done

                the health table is empty: recovery modules answer by themselves
                """, run("health"));
    }

    @Test
    void shouldSetShowAndClearRows() throws Exception {
        assertEquals("vios/PROCESSOR_HUNG = restart*3/60s, rollback, hold\n",
                run("health --partition vios --kind processor_hung \"restart*3/60s,rollback, hold\""));
        assertEquals("*/BOOT_FAILED = restart:1000ms*5/300s, quarantine\n",
                run("health --kind BOOT_FAILED restart:1s*5/300s, quarantine"));
        assertEquals("restart*3/60s, rollback, hold", row("vios/PROCESSOR_HUNG"));
        assertTrue(run("health").endsWith("""

                PARTITION  KIND            VERDICTS
                *          BOOT_FAILED     restart:1000ms*5/300s, quarantine
                vios       PROCESSOR_HUNG  restart*3/60s, rollback, hold
                """), run("health"));
        assertEquals("vios/PROCESSOR_HUNG is cleared\n",
                run("health --partition vios --kind PROCESSOR_HUNG --clear"));
        assertEquals(null, row("vios/PROCESSOR_HUNG"));
        assertEquals("restart:1000ms*5/300s, quarantine", row("*/BOOT_FAILED"));
    }

    @Test
    void shouldRefuseWhatIsNoRow() {
        Map<String, String> refusals = Map.of(
                "health --kind NONE hold",
                "kind=NONE must be one of " + Arrays.toString(Fault.Kind.values()),
                "health --partition vios", "say what is to be done: VERDICTS, or --clear",
                "health --partition vios --clear hold",
                "say one of both: VERDICTS, or --clear",
                "health --partition vios --clear",
                "row=vios/* is not in the health table: say health");
        refusals.forEach((line, refusal) -> assertEquals(refusal, bench.failure(line)));
        assertTrue(bench.failure("health --partition vios dance").startsWith(
                "verdict=dance must be one of "), bench.failure("health --partition vios dance"));
        assertEquals(null, row("vios/*"));
    }

    @Test
    void shouldSayWhatRowsOfAFileMeanNothing() throws Exception {
        admin.configurations.put(PID, new Hashtable<>(Map.of("vios/NONSENSE", "hold",
                "vios/POISONED", "bogus", "BOOT_FAILED", "hold", "service.pid", PID)));
        String table = run("health");
        assertTrue(table.contains("hold  is ignored: kind=NONSENSE must be one of [BOOT_FAILED,"),
                table);
        assertTrue(table.contains("bogus  is ignored: verdict=bogus must be one of "), table);
        assertTrue(table.contains("hold  is ignored: its key must be PARTITION/KIND"), table);
        assertFalse(table.contains("service.pid"), table);
    }
}
