package org.brattice.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is left of a command line when its known options are taken away. */
final class Words {
    private Words() {}

    /**
     * As many words as the usage names.
     *
     * @param usage the command and its parameters, such as {@code "await NAME STATE"}
     */
    static List<String> exactly(String usage, String... given) {
        List<String> words = words(usage, given);
        if (words.size() != expected(usage)) {
            throw wrong(usage);
        }
        return words;
    }

    /** At least as many words as the usage names. */
    static List<String> atLeast(String usage, String... given) {
        List<String> words = words(usage, given);
        if (words.size() < expected(usage)) {
            throw wrong(usage);
        }
        return words;
    }

    /** What follows a word {@code --} is never an option. */
    private static List<String> words(String usage, String... given) {
        List<String> words = new ArrayList<>();
        boolean plain = false;
        for (String word : given) {
            // Gogo hands an unquoted null over as null.
            String text = String.valueOf(word);
            if (!plain && text.equals("--")) {
                plain = true;
            } else if (!plain && text.startsWith("--")) {
                throw new CommandFailed(
                        "option=" + text + " is unknown: say help brattice:" + command(usage));
            } else {
                words.add(text);
            }
        }
        return words;
    }

    private static int expected(String usage) {
        return (int) Arrays.stream(usage.split(" ")).skip(1).filter(word -> !word.startsWith("-"))
                .count();
    }

    private static String command(String usage) {
        return usage.split(" ")[0];
    }

    private static CommandFailed wrong(String usage) {
        return new CommandFailed(
                "usage: " + usage + "; say help brattice:" + command(usage) + " for its options");
    }
}
