package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;

import org.brattice.api.Boot;
import org.brattice.api.EventScan;
import org.brattice.api.Firmware;
import org.brattice.api.MemoryRange;
import org.brattice.api.OperatingSystem;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.osgi.framework.Bundle;

/** A partition's operating system is replaceable, by its own bundle alone. */
public class OperatingSystemIT extends ContainerTest {
    /** Registers the IPCA at the end of the partition's memory, and counts its scans. */
    private static final class Own implements OperatingSystem {
        private final AtomicInteger boots = new AtomicInteger();
        private final AtomicInteger scans = new AtomicInteger();

        @Override
        public void boot(Boot boot, Firmware firmware) throws Exception {
            boots.incrementAndGet();
            MemoryRange range = boot.ranges().getLast();
            boot.register(range.end() - boot.ipcaSize(), boot.ipcaSize());
            firmware.boot(boot);
        }

        @Override
        public void run(EventScan scan) {
            while (!scan.stopping()) {
                scans.incrementAndGet();
                if (scan.poll(1) == 0) {
                    scan.await();
                }
            }
        }
    }

    @Test
    public void shouldRunTheBundlesOwnOperatingSystem() throws Exception {
        Own own = new Own();
        Terminal alice = new Terminal("alice");
        Puppets.behave("alice", alice);
        Puppets.system("test.alice", own);
        Bundle bundle = install(small("alice").system("alice"), "test:alice");
        bundle.start();
        await("alice", PartitionState.RUNNING);
        assertEquals(1, own.boots.get());
        MemoryRange range = info("alice").ranges().getFirst();
        assertEquals(range.end() - (64 << 10), info("alice").ipca().base());
        Terminal bob = terminal("bob");
        bob.send("alice", "scanned");
        assertEquals("bob: scanned", alice.next());
        assertTrue(own.scans.get() > 0);
    }

    @Test
    public void shouldIgnoreTheOperatingSystemOfAnotherBundle() throws Exception {
        Own foreign = new Own();
        Puppets.system("test.foreign", foreign);
        install(new PartitionJar("test.foreign").system("alice"), "test:foreign").start();
        Terminal alice = terminal("alice");
        alice.run(() -> {});
        assertEquals(0, foreign.boots.get());
        assertEquals(0, foreign.scans.get());
    }

    @Test
    public void shouldFailAPartitionWhoseOperatingSystemReturns() throws Exception {
        Puppets.system("test.alice", new OperatingSystem() {
            @Override
            public void run(EventScan scan) {
                scan.poll(1);
            }
        });
        install(small("alice").system("alice"), "test:alice").start();
        await("alice", PartitionState.FAILED);
        assertTrue(hypervisor().why("alice").toString(), hypervisor().why("alice").get(0)
                .contains("the operating system returned from its event scan"));
    }

    @Test
    public void shouldFailAPartitionWithoutAnIpca() throws Exception {
        Puppets.system("test.alice", new OperatingSystem() {
            @Override
            public void boot(Boot boot, Firmware firmware) throws Exception {
                firmware.boot(boot);
            }
        });
        install(small("alice").system("alice"), "test:alice").start();
        await("alice", PartitionState.FAILED);
        assertTrue(hypervisor().why("alice").toString(), hypervisor().why("alice").get(0)
                .contains("the operating system registered no IPCA"));
    }
}
