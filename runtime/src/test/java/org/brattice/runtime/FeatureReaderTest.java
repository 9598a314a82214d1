package org.brattice.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeatureReaderTest {
    private final FeatureReader reader = new FeatureReader();

    @TempDir
    Path folder;

    @Test
    void shouldReadBundlesInOrder() throws IOException {
        var feature = feature("""
                { "id": "a:second:1.2.3", "bundleStartLevel": 4 },
                { "id": "a:first:2.0-SNAPSHOT", "bundleStartLevel": 1 }""");
        assertEquals(List.of(new FeatureBundle("second", "1.2.3", 4),
                new FeatureBundle("first", "2.0-SNAPSHOT", 1)), reader.read(feature));
    }

    @Test
    void shouldRefuseBundleWithoutStartLevel() throws IOException {
        var feature = feature("{ \"id\": \"a:b:1\" }");
        assertEquals("feature=" + feature + " cannot be read: bundle=a:b:1 has "
                + "bundleStartLevel=null, which must be a number from 1",
                assertThrows(Refusal.class, () -> reader.read(feature)).getMessage());
    }

    @Test
    void shouldRefuseStartLevelOfTheFramework() throws IOException {
        var feature = feature("{ \"id\": \"a:b:1\", \"bundleStartLevel\": 0 }");
        var message = assertThrows(Refusal.class, () -> reader.read(feature)).getMessage();
        assertTrue(message.contains("bundleStartLevel=0"), message);
    }

    @Test
    void shouldRefuseWhatIsNoJson() throws IOException {
        var file = Files.writeString(folder.resolve("f.json"), "bundles: none");
        var refusal = assertThrows(Refusal.class, () -> reader.read(file));
        assertTrue(refusal.getMessage().startsWith("feature=" + file + " cannot be read: "),
                refusal.getMessage());
        assertEquals(ExitStatus.NOT_RUNNING, refusal.status());
    }

    @ParameterizedTest
    @EnumSource(value = Word.class, names = "FRAMES", mode = EnumSource.Mode.EXCLUDE)
    void shouldStartTheHypervisorAloneWhateverTheWord(Word word) {
        var first = word.features().stream()
                .flatMap(name -> reader.read(Path.of("..", "features", name + ".json")).stream())
                .filter(bundle -> bundle.startLevel() == 1).map(FeatureBundle::name).toList();
        assertEquals(List.of("org.brattice.api", "org.brattice.hypervisor"), first);
    }

    @Test
    void shouldStartNothingToListFrames() {
        assertEquals(List.of(), Word.FRAMES.features());
    }

    private Path feature(String bundles) throws IOException {
        return Files.writeString(folder.resolve("f.json"), """
                { "feature-resource-version": "1.0", "id": "a:f:1", "bundles": [ %s ] }
                """.formatted(bundles));
    }
}
