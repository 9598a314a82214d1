package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import org.brattice.api.Resource;
import org.brattice.api.Performance;
import org.brattice.api.Loan;
import org.brattice.api.Blockage;
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
                Duration.ofMillis(1500), List.of(fault)));
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
                unread      6 bytes, the oldest sent 1.5s ago
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
    void shouldShowHowBusyPartitionsAre() throws Exception {
        assertEquals("no partition has checked its performance yet\n", lines("performance"));
        bench.hypervisor.performances.add(new Performance("echo", 3, Duration.ofSeconds(1), 2,
                0.974, 5, Double.NaN, 0, 0, 1 << 20, 2048, Duration.ofMillis(1500)));
        bench.hypervisor.performances.add(new Performance("cache", 4, Duration.ofSeconds(1), 1, 0,
                0, 0.5, 2, 4, 1 << 20, 0, Duration.ZERO));
        assertEquals("""
                PARTITION  PROCESSORS  BUSY  WAITING  MEMORY  UNREAD  OLDEST
                echo       2           97 %  5        -       2 KiB   1500 ms
                cache      1           0 %   0        50 %    0 B     -
                """, lines("performance").replaceAll(" +\n", "\n"));
        assertEquals("usage: performance; say help brattice:performance for its options",
                bench.failure("performance echo"));
    }

    @Test
    void shouldShowWhatIsLent() throws Exception {
        bench.hypervisor.loans.add(new Loan(new Resource.Processor(6), "vios", "echo", 7,
                FakeHypervisor.MOMENT));
        assertEquals("processor:6 is lent by vios to echo since 2026-01-02T03:04:05Z: move=7",
                lines("resources vios").lines().toList().getLast());
        assertEquals(4 + 1, lines("resources").lines().count());
    }

    @Test
    void shouldShowWhoOwnsWhat() throws Exception {
        assertEquals("""
                OWNER   PROCESSORS  BLOCKS  SPARE  SLOTS
                (free)  1-3,5       4       4      U1-P1-C2
                vios    0,4         1-3     2-3    U1-P1-C1
                echo    6           -       -      -
                """, lines("resources"));
        assertEquals("""
                OWNER  PROCESSORS  BLOCKS  SPARE  SLOTS
                vios   0,4         1-3     2-3    U1-P1-C1
                """, lines("resources vios"));
        assertEquals("partition=away owns nothing, as it is unknown or was not admitted: say why"
                + " away", bench.failure("resources away"));
        assertEquals("usage: resources NAME; say help brattice:resources for its options",
                bench.failure("resources vios echo"));
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

    private static Blockage blockage(PartitionState state, Blockage.Unread oldest,
            Blockage.Lease lease, String waitsFor, List<Blockage.InLine> line, boolean heldBack) {
        return new Blockage("console", "echo", state, FakeHypervisor.MOMENT, 4096, 3000, 1064,
                oldest, lease, waitsFor, line, heldBack);
    }

    private String who(Blockage blockage) throws Exception {
        bench.hypervisor.blockage = Optional.of(blockage);
        return lines("who console echo");
    }

    @Test
    void shouldSayThatNobodyBlocks() throws Exception {
        assertEquals("""
                nobody blocks console at echo
                echo's IPCA: 1064 bytes unread, 3000 of 4096 free
                oldest unread: position=64 source=console bytes=5 age=0.2s attempt=0
                """, who(blockage(PartitionState.RUNNING,
                new Blockage.Unread(64, "console", 5, 0, Duration.ofMillis(200)),
                new Blockage.Lease("alice", true, Duration.ofMillis(1)), null, List.of(),
                false)));
    }

    @Test
    void shouldSayWhoBlocksAndWhatWouldHelp() throws Exception {
        assertEquals("""
                console is held back at echo: its messages on which the handler there failed must \
                find their way out first: see partition echo
                echo's handler has been at a message that is 12s old, attempt=2: see partition \
                echo, and stop it if it hangs
                a task of alice has held the lease for 2.5s or longer, and it is for one write: \
                restart alice
                room goes to bob first, which has waited for 1.0s
                echo's IPCA: 1064 bytes unread, 3000 of 4096 free
                oldest unread: position=64 source=bob bytes=5 age=12s attempt=2
                in line 1: console for 3.0s, wants=512 bytes, is called when there is room, held \
                back
                in line 2: bob for 1.0s, wants=64 bytes, waits
                """, who(blockage(PartitionState.RUNNING,
                new Blockage.Unread(64, "bob", 5, 2, Duration.ofMillis(12_000)),
                new Blockage.Lease("alice", false, Duration.ofMillis(2500)), null,
                List.of(new Blockage.InLine("console", true, Duration.ofSeconds(3), 512, true),
                        new Blockage.InLine("bob", false, Duration.ofSeconds(1), 64, false)),
                true)));
    }

    @Test
    void shouldSayWhatTheReceiverLacks() throws Exception {
        assertTrue(who(blockage(PartitionState.STOPPED, null, null, null, List.of(), false))
                .startsWith("echo is STOPPED since 2026-01-02T03:04:05Z, so it reads nothing:"
                        + " say why echo\n"));
        assertTrue(who(blockage(PartitionState.RUNNING, null, null, "vios", List.of(), false))
                .startsWith("echo's event scan waits for room in vios: say who echo vios\n"));
        assertTrue(who(blockage(PartitionState.RUNNING,
                new Blockage.Unread(64, "bob", 5, 0, Duration.ofMillis(1100)), null, null,
                List.of(), false)).startsWith("echo has not begun with a message that is 1.1s old:"
                        + " see partition echo\n"));
        assertEquals("echo has no IPCA, so nothing can be sent to it: say why echo\n",
                who(new Blockage("console", "echo", PartitionState.DECLARED, FakeHypervisor.MOMENT,
                        0, 0, 0, null, null, null, List.of(), false)));
        Blockage.InLine one = new Blockage.InLine("bob", false, Duration.ofSeconds(1), 64, false);
        assertTrue(who(blockage(PartitionState.RUNNING, null, null, null,
                Collections.nCopies(12, one), false)).endsWith("and 2 more in line\n"));
    }

    @Test
    void shouldRefuseToSayWhoOfWhatIsNoPair() {
        assertEquals("usage: who SENDER RECEIVER; say help brattice:who for its options",
                bench.failure("who console"));
        assertEquals("partition=eco is unknown: known are console, echo",
                bench.failure("who console eco"));
        assertEquals("sender=echo is the receiver too: a partition's own IPCA is no destination",
                bench.failure("who echo echo"));
        assertEquals("sender=console receiver=echo: one of them has never had memory, say why"
                + " console or why echo", bench.failure("who console echo"));
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
