package org.brattice.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

import org.osgi.service.feature.FeatureService;

/** Reads OSGi feature files. */
final class FeatureReader {
    /** Metadata of a bundle in a feature: the start level it starts at. */
    static final String START_LEVEL = "bundleStartLevel";
    private final FeatureService features = ServiceLoader.load(FeatureService.class).findFirst()
            .orElseThrow(() -> new Refusal(ExitStatus.NOT_RUNNING,
                    "no feature service is on the module path: unpack the distribution again"));

    /**
     * {@return the bundles that the feature names, in its order}
     *
     * @throws Refusal when the file is no feature
     */
    List<FeatureBundle> read(Path file) {
        try (var reader = Files.newBufferedReader(file)) {
            return features.readFeature(reader).getBundles().stream().map(FeatureReader::bundle)
                    .toList();
        } catch (IOException | RuntimeException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING,
                    "feature=" + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static FeatureBundle bundle(org.osgi.service.feature.FeatureBundle bundle) {
        var id = bundle.getID();
        var level = bundle.getMetadata().get(START_LEVEL);
        if (level instanceof Number number && number.intValue() >= 1) {
            return new FeatureBundle(id.getArtifactId(), id.getVersion(), number.intValue());
        }
        throw new IllegalArgumentException("bundle=" + id + " has " + START_LEVEL + "=" + level
                + ", which must be a number from 1");
    }
}
