package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;

import org.brattice.api.Fault;
import org.brattice.api.MemoryRange;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that look and change nothing. */
class LookingTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldListPartitionsAndWhyOneIsRefused() throws Exception {
        bench.hypervisor.with(FakeHypervisor.refused("greedy", "memory=9 GiB exceeds free=1 GiB"));
        assertEquals(
                """
                        NUMBER  NAME     STATE    MEMORY   IPCA  BOOTS  READ  UNREAD  BUNDLE
                             1  console  RUNNING  16 MiB  1 MiB      1    42     128  org.console [7]
                             2  echo     RUNNING  16 MiB  1 MiB      1    42     128  org.echo [7]
                             -  greedy   REFUSED       -      -      0     0       0  org.greedy [8]
                        greedy is REFUSED: memory=9 GiB exceeds free=1 GiB
                        """,
                lines("partitions"));
    }

    @Test
    void shouldShowEverythingAboutOne() throws Exception {
        Fault fault = new Fault("sick", 3, Fault.Kind.HANDLER_THREW, FakeHypervisor.MOMENT,
                "boom");
        bench.hypervisor.with(new PartitionInfo("sick", 3, PartitionState.STOPPING,
                FakeHypervisor.MOMENT, Instant.parse("2026-01-02T03:04:15Z"), "its bundle stops",
                "", List.of(new MemoryRange(0x3000000, 0x1000000)),
                new MemoryRange(0x3000000, 0x1000), 2, List.of("U1-P1-C1"), 4, 5, 6,
                List.of(fault)));
        assertEquals("""
                name        sick
                number      3
                state       STOPPING
                since       2026-01-02T03:04:05Z
                deadline    2026-01-02T03:04:15Z
                reason      its bundle stops
                bundle      away
                memory      16 MiB
                ranges      0x3000000+0x1000000
                ipca        0x3000000+0x1000 (4 KiB)
                processors  2
                slots       U1-P1-C1
                boots       4
                read        5 messages and chunks in this boot
                unread      6 bytes
                faults      1
                  2026-01-02T03:04:05Z HANDLER_THREW: boom
                """, lines("partition sick"));
        assertEquals("partition=well is unknown: known are console, echo, sick",
                bench.failure("partition well"));
    }

    @Test
    void shouldShowTheLookUpTableAndTheFrame() throws Exception {
        assertEquals("""
                NUMBER  PARTITION       BASE      SIZE
                     1  console    0x1000000  0x100000
                     2  echo       0x2000000  0x100000
                VSR: 2 MiB in 2 IPCAs
                frame test: 1 GiB in 64 blocks of 16 MiB, free 60, quarantined 1
                hypervisor: 0x0 to 0x1000000; memory lies in anonymous
                limits: 256 partitions, 1024 processors
                slot U1-P1-C1: block disk.img, owned by vios
                """, lines("vsr"));
    }

    @Test
    void shouldReturnTheNames() {
        assertEquals(List.of("console", "echo"), new NamesCommand(bench.operator).names());
    }

    @Test
    void shouldSayWhy() throws Exception {
        assertEquals("echo is running\n", lines("why echo"));
        bench.hypervisor.reasons = List.of("no bundle declares it", "put its jar into deploy");
        assertEquals("no bundle declares it\nput its jar into deploy\n", lines("why away"));
    }

    @Test
    void shouldAwaitAState() throws Exception {
        assertEquals("echo is RUNNING\n", lines("await echo running"));
        assertEquals("partition=echo is RUNNING, not STOPPED, after 1s: its scan runs",
                bench.failure("await echo STOPPED --timeout 1s"));
        assertEquals("partition=eco is unknown after 10s: known are console, echo",
                bench.failure("await eco running"));
        assertEquals("state=asleep is unknown: states are [refused, declared, booting, running,"
                + " stopping, stopped, failed]", bench.failure("await echo asleep"));
    }

    @Test
    void shouldShowWhatAForeignReadGives() throws Exception {
        assertTrue(lines("read 0x2000000 16").startsWith("0x000002000000  42 42 42 42"));
        assertEquals("", lines("read 0x2000000 0"));
    }

    @Test
    void shouldPassOnTheRefusalOfAForeignRead() {
        assertEquals("address=0x0 is outside the VSR", bench.failure("read 0 64"));
        assertEquals("length=-1 is negative", bench.failure("read 0x2000000 -1"));
        assertEquals("length=2097152 is more than 1048576 bytes: read it in parts",
                bench.failure("read 0x2000000 2MiB"));
    }

    private String lines(String line) throws Exception {
        return bench.run(line).replace(System.lineSeparator(), "\n");
    }
}
