package org.brattice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Set;
import java.util.function.Supplier;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class HoldTest {
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final Set<String> PIDS = Set.of("a.Greeter");

    @TempDir
    Path folder;

    private final Instant now = Instant.now();
    private File jar;
    private Configuration[] applied;

    @BeforeEach
    void jar() throws IOException {
        jar = Files.createFile(folder.resolve("greeter.jar")).toFile();
    }

    @Test
    void shouldNotHoldAJarThatLiesAlone() {
        assertFalse(hold(PIDS, null).on(now));
    }

    @Test
    void shouldHoldUntilTheConfigurationBesideItHasBeenApplied() throws IOException {
        File file = Files.createFile(folder.resolve("a.Greeter-one.cfg")).toFile();
        assertTrue(hold(PIDS, null).on(now));
        assertEquals(Set.of("a.Greeter-one.cfg"), hold(PIDS, null).pending());
        apply(file);
        assertFalse(hold(PIDS, null).on(now));
    }

    @Test
    void shouldHoldForEachConfigurationBesideIt() throws IOException {
        Files.createFile(folder.resolve("a.Greeter-two.cfg"));
        apply(Files.createFile(folder.resolve("a.Greeter-one.cfg")).toFile());
        assertEquals(Set.of("a.Greeter-two.cfg"), hold(PIDS, null).pending());
        assertTrue(hold(PIDS, null).on(now));
    }

    @Test
    void shouldHoldAFreshJarForTheSettleTimeOrItsFirstConfiguration() {
        Hold hold = hold(PIDS, now.plus(SETTLE));
        assertTrue(hold.on(now));
        assertFalse(hold.on(now.plus(SETTLE)));
        apply(new File(folder.toFile(), "a.Greeter-one.cfg"));
        assertFalse(hold.on(now));
    }

    @Test
    void shouldNotHoldWhatTakesNoConfiguration() {
        assertFalse(hold(Set.of(), now.plus(SETTLE)).on(now));
    }

    @Test
    void shouldCountFromWhenTheJarCame() throws IOException {
        assertNull(Hold.until(jar, now.plusSeconds(60), SETTLE, now));
        Files.setLastModifiedTime(jar.toPath(),
                FileTime.from(now.minusSeconds(3600)));
        Instant until = Hold.until(jar, now.minusSeconds(60), SETTLE, now);
        assertFalse(until.isBefore(now), "a copy of an old jar came just now");
        assertFalse(until.isAfter(now.plus(SETTLE)));
    }

    private Hold hold(Set<String> pids, Instant until) {
        return new Hold(jar, pids, new Companions(fake(ConfigurationAdmin.class,
                "listConfigurations", () -> applied)), until);
    }

    private void apply(File file) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("felix.fileinstall.filename", file.getAbsoluteFile().toURI().toString());
        applied = new Configuration[]{(Configuration) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{Configuration.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getFactoryPid" -> "a.Greeter";
                    case "getPid" -> "a.Greeter.one";
                    case "getProperties" -> properties;
                    default -> throw new UnsupportedOperationException(method.getName());
                })};
    }

    private static <T> T fake(Class<T> type, String name, Supplier<?> answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                (proxy, method, arguments) -> {
                    assertEquals(name, method.getName());
                    return answer.get();
                }));
    }
}
