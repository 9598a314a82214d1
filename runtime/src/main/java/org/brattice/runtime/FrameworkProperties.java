package org.brattice.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Properties to create the framework with: the distribution's file, its placeholders expanded. */
final class FrameworkProperties {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]+)}");

    private FrameworkProperties() {}

    /**
     * {@return the properties of the file and those given}
     *
     * @param given properties that override the file's, and that its placeholders may name
     */
    static Map<String, String> read(Path file, Map<String, String> given) {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new Refusal(ExitStatus.NOT_RUNNING,
                    "properties=" + file + " cannot be read: " + e, e);
        }
        var result = new HashMap<String, String>();
        for (var key : properties.stringPropertyNames()) {
            result.put(key, expand(file, key, properties.getProperty(key), given));
        }
        result.putAll(given);
        return result;
    }

    private static String expand(Path file, String key, String text, Map<String, String> given) {
        return PLACEHOLDER.matcher(text).replaceAll(match -> {
            var value = given.get(match.group(1));
            if (value == null) {
                throw new Refusal(ExitStatus.NOT_RUNNING, "properties=" + file + " key=" + key
                        + " names the unknown placeholder=" + match.group(1));
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
