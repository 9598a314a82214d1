package org.brattice.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * What was asked for.
 *
 * @param quick whether it is to end soon, with fewer and shorter repetitions
 * @param only the work whose titles contain one of these; everything when empty
 * @param repetitions of each piece of work
 */
record Arguments(boolean quick, List<String> only, int repetitions) {
    private static final int REPETITIONS = 7;
    private static final int QUICK_REPETITIONS = 2;

    static Arguments parse(String[] words) {
        boolean quick = false;
        List<String> only = new ArrayList<>();
        int repetitions = 0;
        for (int i = 0; i < words.length; i++) {
            switch (words[i]) {
                case "--quick" -> quick = true;
                case "--only" -> only.add(following(words, ++i));
                case "--repetitions" -> repetitions = number(following(words, ++i));
                default -> throw new IllegalArgumentException(
                        "word=" + words[i] + " is unknown: see benchmarks/run --help");
            }
        }
        int usual = quick ? QUICK_REPETITIONS : REPETITIONS;
        return new Arguments(quick, only, repetitions == 0 ? usual : repetitions);
    }

    /** Whether work of such a title is to be done. */
    boolean wants(String title) {
        return only.isEmpty() || only.stream().anyMatch(title::contains);
    }

    private static int number(String word) {
        if (!word.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(
                    "repetitions=" + word + " must be a whole number, 1 to 9999");
        }
        return Integer.parseInt(word);
    }

    private static String following(String[] words, int i) {
        if (i == words.length) {
            throw new IllegalArgumentException(words[i - 1] + " needs a word behind it");
        }
        return words[i];
    }
}
