package org.brattice.partition.reader;

import org.brattice.api.Message;

/**
 * What a requester wants digested.
 *
 * @param partition that serves the device
 * @param random whether all blocks are read again in random order and compared
 * @param seed of the random order
 */
record Command(String partition, boolean random, long seed) {
    /** Bytes of the longest command. */
    static final int LONGEST = 200;
    private static final String USE = "use 'digest PARTITION' or 'digest PARTITION random [SEED]'";

    /** @throws IllegalArgumentException says what commands there are */
    static Command of(Message message) {
        if (message.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "command of bytes=" + message.length() + " is too long: " + USE);
        }
        return parse(message.text());
    }

    /** @throws IllegalArgumentException says what commands there are */
    static Command parse(String text) {
        String[] words = text.strip().split("\\s+");
        boolean random = words.length > 2 && words[2].equals("random");
        if (!words[0].equals("digest") || words.length < 2 || words.length > (random ? 4 : 2)) {
            throw new IllegalArgumentException("command='" + text.strip() + "' is unknown: " + USE);
        }
        return new Command(words[1], random, words.length == 4 ? seed(words[3]) : 1);
    }

    private static long seed(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("seed=" + word + " is no whole number: " + USE, e);
        }
    }

    /** The text that parses to this command again. */
    String text() {
        return "digest " + partition + (random ? " random " + seed : "");
    }
}
