package org.brattice.hypervisor.memory;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a frame description: lines {@code key = value}, {@code #} begins a comment. */
public final class FrameDescriptionReader {
    private static final List<String> KEYS = List.of("name", "memory", "block", "partitions",
            "processors", "backing", "retry.store", "dead.letters", "dead.letter.limit",
            "fault.log", "move.journal");
    private static final int FILE_TYPE = 0xF000;
    private static final int BLOCK_DEVICE = 0x6000;
    private static final Pattern SLOT = Pattern.compile("slot\\.([A-Za-z0-9][A-Za-z0-9.\\-]*)");
    private static final Pattern BLOCK = Pattern.compile("block\\s+(.+?)(\\s+read-only)?");
    private static final Pattern SERIAL = Pattern.compile("serial\\s+(\\S+)(\\s+(\\S+))?");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}");

    private final Path file;
    private final UnaryOperator<String> variables;
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();

    private FrameDescriptionReader(Path file, UnaryOperator<String> variables) {
        this.file = file;
        this.variables = variables;
    }

    /**
     * The description in a file.
     *
     * @param variables value of {@code ${...}}, or null where there is none
     * @throws IllegalArgumentException with file, line, key, value and bound of the first mistake
     */
    public static FrameDescription read(Path file, UnaryOperator<String> variables)
            throws IOException {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("frame description " + file + " cannot be read");
        }
        try {
            return new FrameDescriptionReader(file, variables).read(Files.readAllLines(file));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("frame description " + file
                    + " is not UTF-8 text", e);
        }
    }

    private FrameDescription read(List<String> text) {
        for (int i = 0; i < text.size(); i++) {
            String line = text.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                entry(i + 1, line);
            }
        }
        FrameDescription standard = FrameDescription.standard();
        try {
            return new FrameDescription(values.getOrDefault("name", "frame"),
                    size("memory", standard.memory()), size("block", standard.block()),
                    number("partitions", standard.partitions()),
                    number("processors", standard.processors()), backing(), slots(),
                    stores(size("memory", standard.memory())));
        } catch (IllegalArgumentException e) {
            String key = e.getMessage().split("=", 2)[0];
            throw lines.containsKey(key)
                    ? mistake(lines.get(key), e.getMessage())
                    : new IllegalArgumentException(file + ": " + e.getMessage());
        }
    }

    private void entry(int number, String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw mistake(number, "'" + line + "' is not key = value");
        }
        String key = line.substring(0, equals).strip();
        if (!KEYS.contains(key) && !SLOT.matcher(key).matches()) {
            throw mistake(number, "unknown key " + key + ": did you mean " + nearest(key)
                    + "? Keys are " + String.join(", ", KEYS) + ", slot.<location>");
        }
        if (lines.putIfAbsent(key, number) != null) {
            throw mistake(number, key + " is given twice, first in line " + lines.get(key));
        }
        values.put(key, expand(number, line.substring(equals + 1).strip()));
    }

    private String expand(int number, String value) {
        return VARIABLE.matcher(value).replaceAll(match -> {
            String replacement = variables.apply(match.group(1));
            if (replacement == null) {
                throw mistake(number, "unknown variable " + match.group());
            }
            return Matcher.quoteReplacement(replacement);
        });
    }

    private long size(String key, long standard) {
        return values.containsKey(key) ? Size.parse(key, values.get(key)) : standard;
    }

    private int number(String key, int standard) {
        if (!values.containsKey(key)) {
            return standard;
        }
        try {
            return Integer.parseInt(values.get(key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + "=" + values.get(key) + " is no number", e);
        }
    }

    private StoreSizes stores(long memory) {
        long letters = size("dead.letters", StoreSizes.usualLetters(memory));
        return new StoreSizes(size("retry.store", StoreSizes.usualRetry(memory)), letters,
                size("dead.letter.limit", StoreSizes.usualLimit(letters)),
                size("fault.log", StoreSizes.usualFaults(memory)),
                size("move.journal", StoreSizes.usualMoves(memory)));
    }

    private FrameDescription.Backing backing() {
        String value = values.getOrDefault("backing", "memory");
        try {
            return FrameDescription.Backing.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "backing=" + value + " must be memory, data or anonymous", e);
        }
    }

    private Map<String, FrameDescription.Device> slots() {
        Map<String, FrameDescription.Device> slots = new TreeMap<>();
        values.forEach((key, value) -> {
            Matcher slot = SLOT.matcher(key);
            if (slot.matches()) {
                slots.put(slot.group(1), device(key, value));
            }
        });
        return slots;
    }

    private FrameDescription.Device device(String key, String value) {
        Matcher block = BLOCK.matcher(value);
        if (block.matches()) {
            return new FrameDescription.Device.Block(readable(key, value, block.group(1)));
        }
        Matcher serial = SERIAL.matcher(value);
        if (!serial.matches()) {
            throw new IllegalArgumentException(key + "=" + value
                    + " must be block <path> [read-only] or serial <output> [<input>]");
        }
        Path output = resolve(serial.group(1));
        // A pipe could keep who writes to it, and who reads from it, for ever.
        if (Files.exists(output) && !(Files.isRegularFile(output) && Files.isWritable(output))
                || !Files.isDirectory(output.getParent())) {
            throw new IllegalArgumentException(
                    key + "=" + value + " names a file that cannot be written: " + output);
        }
        return new FrameDescription.Device.Serial(output, serial.group(3) == null
                ? null
                : readable(key, value, serial.group(3)));
    }

    private Path readable(String key, String value, String name) {
        Path path = resolve(name);
        boolean block = value.startsWith("block");
        if (!Files.isReadable(path) || Files.isDirectory(path)
                || !block && !Files.isRegularFile(path)) {
            throw new IllegalArgumentException(
                    key + "=" + value + " names a file that cannot be read: " + path);
        }
        if (block && !Files.isRegularFile(path) && !isBlockDevice(path)) {
            throw new IllegalArgumentException(key + "=" + value
                    + " must name a regular file or a block device, which have an end: " + path);
        }
        return path;
    }

    /** Others have no size: to open a pipe can take for ever, and some devices never end. */
    private static boolean isBlockDevice(Path path) {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode");
            return (mode & FILE_TYPE) == BLOCK_DEVICE;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private Path resolve(String name) {
        return file.toAbsolutePath().getParent().resolve(name);
    }

    private IllegalArgumentException mistake(int number, String text) {
        return new IllegalArgumentException(file + ":" + number + ": " + text);
    }

    private static String nearest(String key) {
        if (key.startsWith("slot")) {
            return "slot.<location>";
        }
        return KEYS.stream().min((a, b) -> distance(a, key) - distance(b, key)).orElseThrow();
    }

    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j < previous.length; j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
