package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleException;
import org.osgi.framework.connect.ConnectContent;

class BootModulesTest {
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    Path folder;

    private ModuleLayer layer;
    private BootModules modules;

    @BeforeEach
    void makeLayer() throws IOException {
        var jar = jar("probe");
        var boot = ModuleLayer.boot();
        var configuration = boot.configuration().resolve(ModuleFinder.of(jar), ModuleFinder.of(),
                Set.of("probe"));
        layer = boot.defineModulesWithOneLoader(configuration, null);
        modules = new BootModules(layer);
    }

    @Test
    void shouldLocateModulesOfItsLayer() {
        assertEquals(Optional.of("connect:probe"), modules.location("probe"));
        assertEquals(Optional.empty(), modules.location("absent"));
    }

    @Test
    void shouldLeaveOtherLocationsToTheFramework() throws BundleException {
        assertTrue(modules.connect("file:/probe.jar").isEmpty());
    }

    @Test
    void shouldRefuseModuleThatNoFeatureNames() {
        assertEquals("location=connect:java.base is no bundle of a feature: bundles connect with"
                + " the modules that the launcher names, and with no others",
                assertThrows(BundleException.class, () -> modules.connect("connect:java.base"))
                        .getMessage());
    }

    @Test
    void shouldShowManifestEntriesAndLoaderOfTheModule() throws Exception {
        var content = content();
        content.open();
        assertEquals("org.probe", content.getHeaders().orElseThrow().get("Bundle-SymbolicName"));
        var names = List.of("META-INF/MANIFEST.MF", "data/bytes");
        content.getEntries().forEach(entry -> assertTrue(
                names.contains(entry) || entry.endsWith("/"), entry));
        var entry = content.getEntry("/data/bytes").orElseThrow();
        assertEquals("data/bytes", entry.getName());
        assertEquals(3, entry.getContentLength());
        assertArrayEquals(BYTES, entry.getBytes());
        assertFalse(content.getEntry("data/absent").isPresent());
        assertSame(layer.findLoader("probe"), content.getClassLoader().orElseThrow());
        content.close();
    }

    @Test
    void shouldNotReadBeforeItIsOpened() throws Exception {
        var content = content();
        assertEquals("module=probe is not open",
                assertThrows(IllegalStateException.class, content::getEntries).getMessage());
    }

    private ConnectContent content() throws Exception {
        modules.location("probe");
        return modules.connect("connect:probe").orElseThrow().getContent();
    }

    private Path jar(String name) throws IOException {
        var manifest = new Manifest();
        var attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Automatic-Module-Name", name);
        attributes.putValue("Bundle-SymbolicName", "org.probe");
        var jar = folder.resolve(name + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("data/bytes"));
            out.write(BYTES);
        }
        return jar;
    }
}
