package org.brattice.hypervisor.partition;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.brattice.hypervisor.memory.Size;
import org.brattice.hypervisor.vsr.RetryPolicy;

/**
 * What a partition asks for: the capability of its bundle's manifest, overridden by the properties of
 * its firmware service. Checked by itself here, and against the frame in {@link Admission}.
 *
 * @param name of the partition
 * @param memory bytes
 * @param minimum bytes of it in blocks that never move
 * @param ipca bytes
 * @param processors virtual processors
 * @param leastProcessors how many of them it keeps
 * @param dedicated whether they poll without sleeping
 * @param scanPeriodMillis longest time between two event scans
 * @param retry how a message is offered whose handler fails
 * @param slots location codes
 * @param helper name of the partition that helps when it fails, or ""
 * @param deadlineMillis how long the event scan may take from one message to the next
 * @param taskDeadlineMillis how long a task may take, or 0 for ever
 * @param checksums whether messages to it carry a checksum of their payload
 */
record Declaration(String name, long memory, long minimum, long ipca, int processors,
        int leastProcessors, boolean dedicated, long scanPeriodMillis, RetryPolicy retry,
        List<String> slots, String helper, long deadlineMillis, long taskDeadlineMillis,
        boolean checksums) {
    static final String PREFIX = "partition.";
    static final String NAME = PREFIX + "name";
    private static final Pattern NAMES = Pattern.compile("[a-z][a-z0-9.-]{0,62}");
    private static final long IPCA_LEAST = 4096;
    private static final long IPCA_MOST = 1L << 40;
    private static final long DEADLINE_MILLIS = 10_000;
    private static final long PERIOD_MOST = 3_600_000;
    private static final Set<String> ATTRIBUTES = new TreeSet<>(List.of("name", "memory",
            "memory.minimum", "ipca", "processors", "processors.minimum", "dedicated",
            "scan.period", "attempts", "retry.delay", "slots", "helper", "deadline",
            "task.deadline",
            "checksums"));

    /**
     * From the attributes of a capability, or of a service without their prefix.
     *
     * @throws IllegalArgumentException naming attribute, value and bound
     */
    static Declaration of(Map<String, ?> attributes) {
        for (String attribute : attributes.keySet()) {
            if (!ATTRIBUTES.contains(attribute)) {
                throw new IllegalArgumentException("unknown attribute " + attribute + "="
                        + attributes.get(attribute) + ": attributes are " + ATTRIBUTES);
            }
        }
        String memory = text(attributes, "memory", "16 MiB");
        Declaration declaration = new Declaration(text(attributes, "name", ""),
                Size.parse("memory", memory),
                Size.parse("memory.minimum", minimum(attributes, memory)),
                Size.parse("ipca", text(attributes, "ipca", "1 MiB")),
                (int) number(attributes, "processors", 1, 1, Integer.MAX_VALUE),
                (int) number(attributes, "processors.minimum", 1, 1, Integer.MAX_VALUE),
                truth(attributes, "dedicated"),
                number(attributes, "scan.period", 1000, 1, PERIOD_MOST), retry(attributes),
                list(attributes, "slots"), text(attributes, "helper", ""),
                number(attributes, "deadline", DEADLINE_MILLIS, 1, PERIOD_MOST),
                number(attributes, "task.deadline", 0, 0, PERIOD_MOST),
                truth(attributes, "checksums"));
        declaration.check();
        return declaration;
    }

    /** The same, with what a firmware service's properties say instead. */
    static Declaration of(Map<String, ?> attributes, Map<String, ?> properties) {
        for (String property : properties.keySet()) {
            if (property.startsWith(PREFIX)
                    && !ATTRIBUTES.contains(property.substring(PREFIX.length()))) {
                throw new IllegalArgumentException("unknown property " + property + "="
                        + properties.get(property) + ": after " + PREFIX + " comes one of "
                        + ATTRIBUTES);
            }
        }
        Map<String, Object> merged = new HashMap<>(attributes);
        for (String attribute : ATTRIBUTES) {
            Object value = properties.get(PREFIX + attribute);
            if (value != null) {
                merged.put(attribute, value);
            }
        }
        return of(merged);
    }

    /** The shortest of its deadlines. */
    long shortestDeadlineMillis() {
        return taskDeadlineMillis == 0
                ? deadlineMillis
                : Math.min(deadlineMillis, taskDeadlineMillis);
    }

    private void check() {
        if (!NAMES.matcher(name).matches()) {
            throw new IllegalArgumentException("name=" + name
                    + " must be 1 to 63 of a-z, 0-9, '-' and '.', beginning with a letter");
        }
        if (Long.bitCount(ipca) != 1 || ipca < IPCA_LEAST || ipca > IPCA_MOST) {
            throw new IllegalArgumentException("ipca=" + Size.text(ipca)
                    + " must be a power of two, at least " + Size.text(IPCA_LEAST));
        }
        if (ipca > memory) {
            throw new IllegalArgumentException("ipca=" + Size.text(ipca)
                    + " must be at most memory=" + Size.text(memory)
                    + ": the IPCA is a part of the partition's memory");
        }
        if (minimum < ipca || minimum > memory) {
            throw new IllegalArgumentException("memory.minimum=" + Size.text(minimum)
                    + " must be at least ipca=" + Size.text(ipca) + " and at most memory="
                    + Size.text(memory) + ": what is above it can move away");
        }
        if (!helper.isEmpty() && (!NAMES.matcher(helper).matches() || helper.equals(name))) {
            throw new IllegalArgumentException("helper=" + helper
                    + " must be the name of another partition");
        }
        if (leastProcessors > processors) {
            throw new IllegalArgumentException("processors.minimum=" + leastProcessors
                    + " must be at most processors=" + processors
                    + ": those above it can move away");
        }
    }

    private static String text(Map<String, ?> attributes, String key, String standard) {
        Object value = attributes.get(key);
        return value == null ? standard : value.toString().strip();
    }

    /** What the annotation leaves empty is all of it. */
    private static String minimum(Map<String, ?> attributes, String memory) {
        String text = text(attributes, "memory.minimum", "");
        return text.isEmpty() ? memory : text;
    }

    private static long number(Map<String, ?> attributes, String key, long standard, long least,
            long most) {
        String text = text(attributes, key, Long.toString(standard));
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            number = least - 1;
        }
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    key + "=" + text + " must be a whole number, " + least + " to " + most);
        }
        return number;
    }

    private static RetryPolicy retry(Map<String, ?> attributes) {
        RetryPolicy standard = RetryPolicy.STANDARD;
        int attempts = (int) number(attributes, "attempts", standard.attempts(), 1,
                RetryPolicy.ATTEMPTS_MOST);
        long delay = number(attributes, "retry.delay",
                TimeUnit.NANOSECONDS.toMillis(standard.delayNanos()), 0, PERIOD_MOST);
        return new RetryPolicy(attempts, TimeUnit.MILLISECONDS.toNanos(delay));
    }

    private static boolean truth(Map<String, ?> attributes, String key) {
        String text = text(attributes, key, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(key + "=" + text + " must be true or false");
        }
        return text.equals("true");
    }

    private static List<String> list(Map<String, ?> attributes, String key) {
        return switch (attributes.get(key)) {
            case null -> List.of();
            case String[] array -> List.of(array);
            case Collection<?> values -> values.stream().map(Object::toString).toList();
            case Object value -> Arrays.stream(value.toString().split(",")).map(String::strip)
                    .filter(part -> !part.isEmpty()).toList();
        };
    }
}
