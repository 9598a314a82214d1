package org.brattice.runtime;

/**
 * A bundle that a feature names.
 *
 * @param name its artifact identifier
 * @param version of the artifact
 * @param startLevel at which it starts, from 1
 */
record FeatureBundle(String name, String version, int startLevel) {
    String fileName() {
        return name + "-" + version + ".jar";
    }
}
