package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;

import javax.inject.Inject;

import org.brattice.api.Move;
import org.brattice.api.RelocationPolicy;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.osgi.service.cm.ConfigurationAdmin;

/** The relocation policies that we ship, as people configure them. */
public class RelocationIT extends MoveTest {
    private final List<org.osgi.service.cm.Configuration> configurations = new ArrayList<>();

    @Inject
    private ConfigurationAdmin admin;

    @Override
    @Configuration
    public Option[] configuration() {
        return OptionUtils.combine(
                Container.settling("300", "RelocationIT", "memory = 32 MiB", "block = 1 MiB",
                        "processors = 16", "backing = anonymous",
                        "slot.U1-P1 = block frame.conf read-only"),
                CoreOptions.bundle(Container.location("org.brattice.relocation")));
    }

    @After
    public void forget() throws Exception {
        for (org.osgi.service.cm.Configuration one : configurations) {
            one.delete();
        }
    }

    private void configure(org.osgi.service.cm.Configuration configuration,
            Map<String, String> properties) throws Exception {
        configurations.add(configuration);
        int before = context.getServiceReferences(RelocationPolicy.class, null).size();
        configuration.update(new Hashtable<>(properties));
        eventually("the policy is there", () -> assertEquals(before + 1,
                context.getServiceReferences(RelocationPolicy.class, null).size()));
    }

    private void stop(String name) throws Exception {
        context.getBundle("test:" + name).stop();
    }

    @Test
    public void shouldFreeAllWithoutConfiguration() throws Exception {
        mover("alice", "processors=2", "slots=U1-P1");
        stop("alice");
        eventually("it is free", () -> {
            assertEquals(List.of("U1-P1"), holding("").slots());
            assertEquals(16, holding("").processors().size());
        });
        assertEquals("alice departed; policy: FreePool", hypervisor().moves().getLast().cause());
    }

    @Test
    public void shouldLeaveAllToTheNamedStandby() throws Exception {
        configure(admin.createFactoryConfiguration("org.brattice.relocation.Standby", "?"),
                Map.of("partition", "alice", "standby", "bob"));
        mover("alice", "processors=2", "slots=U1-P1");
        mover("bob");
        mover("carol", "processors=2");
        stop("alice");
        eventually("bob stands in", () -> {
            assertEquals(List.of("U1-P1"), holding("bob").slots());
            assertEquals(3, holding("bob").processors().size());
        });
        stop("carol");
        eventually("nobody stands in for carol",
                () -> assertEquals(13, holding("").processors().size()));
    }

    @Test
    public void shouldGiveProcessorsToWhoIsTheBusiest() throws Exception {
        configure(admin.getConfiguration("org.brattice.relocation.Neediest", "?"), Map.of());
        mover("alice", "processors=2", "memory=3 MiB", "memory.minimum=1 MiB", "slots=U1-P1");
        MoveTerminal bob = mover("bob", "scan.period=20");
        MoveTerminal carol = mover("carol", "scan.period=20");
        carol.memoryUse = 0.8;
        bob.boot.run(() -> spin(bob));
        eventually("bob is seen to be busy", () -> assertTrue(hypervisor().performance().stream()
                .anyMatch(one -> one.partition().equals("bob") && one.busy() > 0.7)));
        eventually("carol tells how full its memory is",
                () -> assertTrue(hypervisor().performance().stream()
                        .anyMatch(one -> one.partition().equals("carol")
                                && one.memoryUse() > 0.7)));
        stop("alice");
        eventually("each got what it needs most", () -> {
            assertEquals(3, holding("bob").processors().size());
            assertEquals(3, holding("carol").blocks().size());
            assertEquals("a slot is nobody's need", List.of("U1-P1"), holding("").slots());
        });
        assertTrue(hypervisor().moves().stream().map(Move::cause)
                .anyMatch("alice departed; policy: Neediest"::equals));
        bob.veto = "over";
    }

    /** Takes its processor in pieces, so that the partition's event scan gets its turn. */
    private static void spin(MoveTerminal bob) {
        long end = System.nanoTime() + 5_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        if (bob.veto == null) {
            bob.boot.run(() -> spin(bob));
        }
    }
}
