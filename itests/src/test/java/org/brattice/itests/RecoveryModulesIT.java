package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.inject.Inject;

import org.brattice.api.Boot;
import org.brattice.api.Fault;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.PartitionState;
import org.brattice.api.Recovery;
import org.brattice.api.RecoveryModule;
import org.brattice.itests.puppet.Puppets;
import org.junit.After;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;

/** The recovery modules that we ship, as people configure them. Budgets are by name: each test has its own. */
public class RecoveryModulesIT extends MoveTest {
    private static final String TABLE = "org.brattice.recovery.HealthTable";

    private final List<org.osgi.service.cm.Configuration> configurations = new ArrayList<>();

    @Inject
    private ConfigurationAdmin admin;

    @Override
    @Configuration
    public Option[] configuration() {
        return OptionUtils.combine(
                Container.with("RecoveryModulesIT", "memory = 32 MiB", "block = 1 MiB",
                        "processors = 16", "backing = anonymous"),
                CoreOptions.bundle(Container.location("org.brattice.recovery")));
    }

    @After
    public void forget() throws Exception {
        for (org.osgi.service.cm.Configuration one : configurations) {
            one.delete();
        }
    }

    private void configure(org.osgi.service.cm.Configuration configuration, String module,
            Map<String, ?> properties) throws Exception {
        configurations.remove(configuration);
        configurations.add(configuration);
        configuration.update(new Hashtable<>(properties));
        eventually(module + " is there",
                () -> assertTrue(context.getServiceReferences(RecoveryModule.class, null).stream()
                        .anyMatch(
                                one -> properties.entrySet().stream().allMatch(property -> property
                                        .getValue().equals(one.getProperty(property.getKey()))))));
    }

    /** A partition that fails to boot so many times. */
    private void failing(String name, int times, String... attributes) throws Exception {
        Terminal terminal = new Terminal(name) {
            private int boots;

            @Override
            public Firmware firmware(BundleContext own, IpcaService service) {
                boolean fails = boots++ < times;
                return new Hands(own, service) {
                    @Override
                    public void boot(Boot newBoot) {
                        if (fails) {
                            throw new IllegalStateException("fuse blown");
                        }
                        super.boot(newBoot);
                    }

                    @Override
                    public void message(Message message) {
                        throw new IllegalStateException("told to");
                    }
                };
            }
        };
        Puppets.behave(name, terminal);
        install(small(name, attributes), "test:" + name).start();
    }

    private List<String> verdicts(String name) {
        int number = info(name).number();
        return hypervisor().recoveries().stream().filter(one -> one.number() == number)
                .map(one -> one.module() + ": " + one.verdict()).toList();
    }

    @Test
    public void shouldRestartWhatFailsWithinItsBudgetWithoutConfiguration() throws Exception {
        failing("alice", 2);
        assertEquals(3, await("alice", PartitionState.RUNNING).boots());
        failing("bob", 100);
        eventually("the budget is used up", () -> {
            assertEquals(3, verdicts("bob").size());
            assertEquals(4, info("bob").boots());
            assertEquals(PartitionState.FAILED, info("bob").state());
        });
        assertEquals(List.of("RestartWithBudget: restart", "RestartWithBudget: restart",
                "RestartWithBudget: restart"), verdicts("bob"));
    }

    @Test
    public void shouldFailOverToTheStandbyThatRuns() throws Exception {
        configure(admin.createFactoryConfiguration("org.brattice.recovery.Failover", "?"),
                "Failover", Map.of("partition", "frank", "standby", "bob"));
        failing("frank", 1, "processors=3");
        await("frank", PartitionState.RUNNING);
        assertEquals("the standby does not run", List.of("RestartWithBudget: restart"),
                verdicts("frank"));
        context.getBundle("test:frank").uninstall();
        mover("bob");
        failing("frank", 100, "processors=3");
        eventually("bob stands in",
                () -> assertEquals(4, holding("bob").processors().size()));
        assertEquals(List.of("Failover: reassign:bob"), verdicts("frank"));
    }

    @Test
    public void shouldNotifyPeersThatHaveNotAsked() throws Exception {
        configure(admin.createFactoryConfiguration("org.brattice.recovery.NotifyPeers", "?"),
                "NotifyPeers", Map.of("partition", "nina", "peers", "carol, nobody,nina"));
        BlockingQueue<Fault> heard = new LinkedBlockingQueue<>();
        Terminal carol = new Terminal("carol") {
            @Override
            public Firmware firmware(BundleContext own, IpcaService service) {
                return new Hands(own, service) {
                    @Override
                    public void faulted(Fault fault) {
                        heard.add(fault);
                    }
                };
            }
        };
        Puppets.behave("carol", carol);
        start("carol");
        failing("nina", 1);
        assertEquals("nina", heard.poll(20, TimeUnit.SECONDS).partition());
        await("nina", PartitionState.RUNNING);
    }

    @Test
    public void shouldDoWhatTheHealthTableSaysAtThatMoment() throws Exception {
        org.osgi.service.cm.Configuration table = admin.getConfiguration(TABLE, "?");
        configure(table, "HealthTable", Map.of("alice/BOOT_FAILED", "restart*1/60s, hold"));
        failing("alice", 2);
        eventually("it is held", () -> assertEquals(
                List.of("HealthTable: restart", "HealthTable: hold"), verdicts("alice")));
        // A verdict is listed from its beginning.
        eventually("its boot has ended", () -> assertTrue(info("alice").reason(),
                info("alice").reason().startsWith("it is held")));
        configure(table, "HealthTable", Map.of("alice/*", "quarantine"));
        assertEquals(Recovery.State.DONE, hypervisor()
                .recover("alice", org.brattice.api.Verdict.of("restart")).state());
        Terminal bob = terminal("bob");
        bob.send("alice", "anything");
        eventually("it is in quarantine",
                () -> assertEquals("HealthTable: quarantine", verdicts("alice").getLast()));
        await("alice", PartitionState.FAILED);
    }
}
