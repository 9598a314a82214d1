package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.brattice.api.PartitionState;
import org.brattice.itests.partition.PuppetActivator;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleRequirement;

/**
 * What the frame will not have is refused before any of its code runs, with a reason that names
 * attribute, value and bound.
 */
public class RefusalIT extends ContainerTest {
    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("RefusalIT", "memory = 64 MiB", "block = 1 MiB", "processors = 8",
                "backing = anonymous", "slot.U1-P1 = block frame.conf read-only");
    }

    /** A bundle of this jar is kept from resolving, none of its code runs, and nobody is disturbed. */
    private void assertRefused(PartitionJar jar, String name, String reason) throws Exception {
        String ran = PuppetActivator.RAN + "test." + name;
        System.clearProperty(ran);
        Bundle bundle = install(jar, "refused:" + name);
        refusal(BundleException.class, bundle::start);
        assertEquals(Bundle.INSTALLED, bundle.getState());
        assertNull("its activator ran", System.getProperty(ran));
        List<String> why = hypervisor().why(name);
        assertTrue(why.toString(), why.stream().anyMatch(line -> line.contains(reason)));
        assertTrue(hypervisor().partitions().stream().anyMatch(info -> info.name().equals(name)
                && info.state() == PartitionState.REFUSED && info.reason().contains(reason)
                && info.number() == 0));
        bundle.uninstall();
    }

    private static PartitionJar jar(String name, String... attributes) {
        return new PartitionJar("test." + name).partition(name, attributes);
    }

    @Test
    public void shouldRefuseMoreMemoryThanTheFrameHas() throws Exception {
        assertRefused(jar("big", "memory=65 MiB"), "big",
                "memory=65 MiB must be at most 60 MiB, which is all that partitions of this frame");
    }

    @Test
    public void shouldRefuseMoreMemoryThanIsFree() throws Exception {
        Terminal alice = terminal("alice", "memory=40 MiB");
        assertRefused(jar("big", "memory=24 MiB"), "big",
                "memory=24 MiB must be at most 20 MiB, which is free in the frame");
        start("fits", "memory=20 MiB");
        alice.send("fits", "still there");
    }

    @Test
    public void shouldNotReserveMemoryForWhatIsOnlyInstalled() throws Exception {
        install(jar("idle", "memory=40 MiB"), "test:idle");
        start("busy", "memory=40 MiB");
        assertEquals(PartitionState.DECLARED, info("idle").state());
    }

    @Test
    public void shouldNotLetARefusedBundleKeepOthersFromStarting() throws Exception {
        Bundle odd = install(jar("odd", "memory=lots"), "test:odd");
        refusal(BundleException.class, odd::start);
        start("alice");
        refusal(BundleException.class, odd::start);
        start("bob");
        echo().start();
        await("echo", PartitionState.RUNNING);
        odd.update(small("odd").stream());
        odd.start();
        await("odd", PartitionState.RUNNING);
    }

    @Test
    public void shouldRefuseAnIpcaLargerThanTheMemory() throws Exception {
        assertRefused(jar("odd", "memory=1 MiB", "ipca=2 MiB"), "odd",
                "ipca=2 MiB must be at most memory=1 MiB");
    }

    @Test
    public void shouldRefuseAnIpcaThatIsNoPowerOfTwo() throws Exception {
        assertRefused(jar("odd", "ipca=3 MiB"), "odd",
                "ipca=3 MiB must be a power of two, at least 4 KiB");
        assertRefused(jar("odd", "ipca=2 KiB"), "odd",
                "ipca=2 KiB must be a power of two, at least 4 KiB");
    }

    @Test
    public void shouldRefuseMalformedAttributes() throws Exception {
        assertRefused(jar("odd", "memory=lots"), "odd",
                "memory=lots is no size: write a number and B, KiB, MiB, GiB or TiB");
        assertRefused(jar("odd", "memory=-1 MiB"), "odd", "memory=-1 MiB is no size");
        assertRefused(jar("odd", "memory=99999999999 TiB"), "odd",
                "memory=99999999999 TiB is more than 63 bits");
        assertRefused(jar("odd", "processors=0"), "odd",
                "processors=0 must be a whole number, 1 to");
        assertRefused(jar("odd", "dedicated=maybe"), "odd",
                "dedicated=maybe must be true or false");
        assertRefused(jar("odd", "scan.period=0"), "odd", "scan.period=0 must be a whole number");
        assertRefused(jar("Odd"), "Odd", "name=Odd must be 1 to 63 of a-z");
    }

    @Test
    public void shouldRefuseUnknownAttributes() throws Exception {
        assertRefused(jar("odd", "memroy=1 MiB"), "odd",
                "unknown attribute memroy=1 MiB: attributes are [attempts, checksums, deadline, dedicated, helper, ipca, memory,");
    }

    @Test
    public void shouldRefuseANameThatIsTaken() throws Exception {
        Terminal alice = terminal("alice");
        Terminal bob = terminal("bob");
        String owner = "[" + context.getBundle("test:alice").getBundleId() + "]";
        PartitionJar twin = new PartitionJar("test.twin").partition("alice", "memory=1 MiB",
                "ipca=64 KiB");
        Bundle bundle = install(twin, "refused:twin");
        System.clearProperty(PuppetActivator.RAN + "test.twin");
        refusal(BundleException.class, bundle::start);
        assertNull(System.getProperty(PuppetActivator.RAN + "test.twin"));
        assertTrue(hypervisor().why("alice").toString(), hypervisor().why("alice").get(0)
                .contains("name=alice is taken by bundle test.alice/1.0.0 " + owner));
        assertEquals(PartitionState.RUNNING, info("alice").state());
        context.getBundle("test:alice").stop();
        refusal(BundleException.class, bundle::start);
        context.getBundle("test:alice").start();
        await("alice", PartitionState.RUNNING);
        bob.send("alice", "is it you?");
        assertEquals("bob: is it you?", alice.next());
        context.getBundle("test:alice").uninstall();
        bundle.start();
        assertTrue(await("alice", PartitionState.RUNNING).bundle().startsWith("test.twin/"));
    }

    @Test
    public void shouldRefuseSlots() throws Exception {
        assertRefused(jar("odd", "slots=U9-P9"), "odd",
                "slots=U9-P9 is no slot of the frame, which has U1-P1: add slot.U9-P9 to");
        start("vios", "slots=U1-P1");
        assertRefused(jar("odd", "slots=U1-P1"), "odd",
                "slots=U1-P1 is owned by partition vios: move it away with move slot:U1-P1 --free");
    }

    @Test
    public void shouldRefuseMoreProcessorsThanThereAre() throws Exception {
        assertRefused(jar("many", "processors=9"), "many",
                "processors=9 must be at most 8, the frame's");
        start("some", "processors=5", "processors.minimum=5");
        assertRefused(jar("many", "processors=4", "processors.minimum=4"), "many",
                "processors.minimum=4 must be at most 3, which are free in the frame");
        start("fits", "processors=3");
    }

    @Test
    public void shouldRefuseFirmwareThatIsNotMadeAfreshForEachBoot() throws Exception {
        install(small("single").singleton(), "test:single").start();
        await("single", PartitionState.REFUSED);
        assertTrue(hypervisor().why("single").toString(), hypervisor().why("single").get(0)
                .contains("service.scope=singleton must be prototype"));
    }

    @Test
    public void shouldRunNothingForStrangersWhoAskForAdmission() throws Exception {
        start("alice");
        AtomicInteger calls = new AtomicInteger();
        BundleRequirement forged = (BundleRequirement) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{BundleRequirement.class},
                (proxy, method, arguments) -> {
                    calls.incrementAndGet();
                    return null;
                });
        for (ServiceReference<ResolverHookFactory> reference : context
                .getServiceReferences(ResolverHookFactory.class, null)) {
            if (reference.getBundle().getSymbolicName().equals("org.brattice.hypervisor")) {
                context.getService(reference).begin(List.of()).filterMatches(forged,
                        new ArrayList<>());
            }
        }
        assertEquals(0, calls.get());
    }

    @Test
    public void shouldRefuseFirmwareOfABundleThatDeclaresNoPartition() throws Exception {
        install(new PartitionJar("test.undeclared").firmware("undeclared"), "test:undeclared")
                .start();
        await("undeclared", PartitionState.REFUSED);
        assertTrue(hypervisor().why("undeclared").get(0)
                .contains("declares no partition: put @Partition on its Firmware component"));
    }
}
