package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;

import javax.inject.Inject;

import org.brattice.api.PartitionState;
import org.junit.After;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Several partitions of one bundle, by factory configuration (S14). */
public class ConfigurationIT extends ContainerTest {
    private static final String ECHO = "org.brattice.partition.echo.Echo";

    @Inject
    private ConfigurationAdmin admin;

    private final List<Configuration> configurations = new ArrayList<>();

    @After
    public void forget() throws Exception {
        for (Configuration configuration : configurations) {
            configuration.delete();
        }
    }

    private Configuration configure(String name, String... properties) throws Exception {
        Configuration configuration = admin.getFactoryConfiguration(ECHO, name, "?");
        configurations.add(configuration);
        configuration.update(properties(name, properties));
        return configuration;
    }

    private static Dictionary<String, Object> properties(String name, String... properties) {
        Dictionary<String, Object> all = new Hashtable<>();
        all.put("partition.name", name);
        all.put("partition.memory", "1 MiB");
        all.put("partition.ipca", "64 KiB");
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            all.put(parts[0], parts[1]);
        }
        return all;
    }

    private void assertEchoes(Terminal terminal, String partition) throws Exception {
        terminal.send(partition, "who?");
        assertEquals(partition + ": who?", terminal.next());
    }

    @Test
    public void shouldMakeAPartitionOfEachConfiguration() throws Exception {
        for (String name : List.of("two", "three", "four")) {
            configure(name);
        }
        Bundle echo = echo();
        echo.start();
        Terminal alice = terminal("alice");
        for (String name : List.of("two", "three", "four")) {
            assertEquals(1 << 20, await(name, PartitionState.RUNNING).ranges().stream()
                    .mapToLong(range -> range.size()).sum());
            assertEchoes(alice, name);
        }
        int number = info("two").number();
        echo.update();
        for (String name : List.of("two", "three", "four")) {
            await(name, PartitionState.RUNNING);
            assertEchoes(alice, name);
        }
        assertEquals(number, info("two").number());
        configurations.getFirst().delete();
        configurations.removeFirst();
        assertEquals(number, await("two", PartitionState.STOPPED).number());
        assertEchoes(alice, "three");
        configure("two");
        assertEquals(number, await("two", PartitionState.RUNNING).number());
        assertEchoes(alice, "two");
    }

    @Test
    public void shouldOverrideTheDeclarationOfTheOnlyPartition() throws Exception {
        Configuration configuration = admin.getConfiguration(ECHO, "?");
        configurations.add(configuration);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("partition.memory", "2 MiB");
        configuration.update(properties);
        echo().start();
        assertEquals(2 << 20, await("echo", PartitionState.RUNNING).ranges().stream()
                .mapToLong(range -> range.size()).sum());
        assertEchoes(terminal("alice"), "echo");
    }

    @Test
    public void shouldRefuseOneConfigurationAndRunTheOthers() throws Exception {
        Terminal alice = terminal("alice");
        configure("good");
        configure("big", "partition.memory=80 MiB");
        configure("odd", "partition.memroy=1 MiB");
        configurations.add(admin.getFactoryConfiguration(ECHO, "twin", "?"));
        configurations.getLast().update(properties("alice"));
        echo().start();
        await("good", PartitionState.RUNNING);
        await("big", PartitionState.REFUSED);
        await("odd", PartitionState.REFUSED);
        assertTrue(hypervisor().why("big").toString(),
                hypervisor().why("big").get(0).contains("memory=80 MiB must be at most 60 MiB"));
        assertTrue(hypervisor().why("odd").toString(), hypervisor().why("odd").get(0)
                .contains("unknown property partition.memroy=1 MiB"));
        eventually("the twin is refused", () -> assertTrue(hypervisor().why("alice").toString(),
                hypervisor().why("alice").toString().contains("name=alice is taken by bundle")));
        assertEchoes(alice, "good");
        configurations.get(1).update(properties("big"));
        await("big", PartitionState.RUNNING);
        assertEchoes(alice, "big");
    }
}
