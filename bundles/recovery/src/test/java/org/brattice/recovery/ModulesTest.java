package org.brattice.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Fault;
import org.brattice.api.FaultReport;
import org.brattice.api.MemoryRange;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.junit.jupiter.api.Test;

class ModulesTest {
    private long seconds;

    private long clock() {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static FaultReport report(String partition, Fault.Kind kind, String good) {
        return new FaultReport(new Fault(partition, 7, kind, Instant.EPOCH, "told to"),
                new PartitionInfo(partition, 7, PartitionState.RUNNING, Instant.EPOCH, null, "", "",
                        List.of(), new MemoryRange(0, 4096), 1, List.of(), 1, 0, 0, null,
                        List.of()),
                0, true, List.of(), good);
    }

    private static String verdict(RecoveryModule module, String partition, Fault.Kind kind)
            throws Exception {
        return String.valueOf(module.recover(report(partition, kind, "")));
    }

    @Test
    void shouldRestartSoOftenInAWindow() throws Exception {
        RestartWithBudget module = new RestartWithBudget(2, Duration.ofSeconds(60),
                Duration.ofMillis(100), this::clock);

        assertEquals("restart:100ms", verdict(module, "x", Fault.Kind.BOOT_FAILED));
        seconds = 30;
        assertEquals("restart:100ms", verdict(module, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("null", verdict(module, "x", Fault.Kind.PROCESSOR_HUNG));
        assertEquals("restart:100ms", verdict(module, "y", Fault.Kind.BOOT_FAILED));
        seconds = 60;
        assertEquals("restart:100ms", verdict(module, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("null", verdict(module, "x", Fault.Kind.BOOT_FAILED));
    }

    @Test
    void shouldRollBackToWhatThereIs() {
        RollBackToGood module = new RollBackToGood();
        assertNull(module.recover(report("x", Fault.Kind.BOOT_FAILED, "")));
        assertEquals(new Verdict.RollBack(),
                module.recover(report("x", Fault.Kind.BOOT_FAILED, "x/1.0.0")));
    }

    @Test
    void shouldRemapNowAndThen() throws Exception {
        RemapDamaged module = new RemapDamaged(this::clock);
        assertEquals("remap", verdict(module, "x", Fault.Kind.CORRUPTED));
        assertEquals("null", verdict(module, "x", Fault.Kind.CORRUPTED));
        seconds = 10;
        assertEquals("remap", verdict(module, "x", Fault.Kind.CORRUPTED));
    }

    @Test
    void shouldTakeTheRowThatSaysTheMost() throws Exception {
        HealthTable table = new HealthTable(Map.of("service.pid", HealthTable.PID,
                "x/BOOT_FAILED", "reassign:y", "x/*", "hold", "*/BOOT_FAILED", "quarantine", "*/*",
                "ignore", "x/NO_KIND", "hold", "x/POISONED", "dance"), this::clock);

        assertEquals("reassign:y", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("hold", verdict(table, "x", Fault.Kind.PROCESSOR_HUNG));
        assertEquals("hold", verdict(table, "x", Fault.Kind.POISONED),
                "a row that is none is ignored");
        assertEquals("quarantine", verdict(table, "y", Fault.Kind.BOOT_FAILED));
        assertEquals("ignore", verdict(table, "y", Fault.Kind.POISONED));
    }

    @Test
    void shouldGoStepByStep() throws Exception {
        HealthTable table = new HealthTable(
                Map.of("*/BOOT_FAILED", "restart*2/60s, cold:1s*1/60s, hold"), this::clock);

        assertEquals("restart", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("restart", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("cold:1000ms", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("hold", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        seconds = 60;
        assertEquals("restart", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("null", verdict(table, "x", Fault.Kind.POISONED));
        table.modified(Map.of("x/*", "rollback, hold"));
        assertEquals("hold", verdict(table, "x", Fault.Kind.BOOT_FAILED), "no jar ran well");
        table.modified(Map.of("x/*", "remap*1/60s"));
        assertEquals("remap", verdict(table, "x", Fault.Kind.BOOT_FAILED));
        assertEquals("null", verdict(table, "x", Fault.Kind.BOOT_FAILED),
                "all used up: the next module is asked");
    }
}
