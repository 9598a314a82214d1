package org.brattice.itests;

import java.util.Arrays;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.brattice.api.Message;

/**
 * What one partition has sent to another, message by message, and what has become of each. The sender takes a number for each try
 * before it sends; what it cannot know the result of, because its boot ended, is in doubt: that may arrive, or not. Outlives boots.
 */
final class Ledger {
    private static final int LIMIT = 10;

    private final String sender;
    private final String receiver;
    private final BitSet accepted = new BitSet();
    private final BitSet dropped = new BitSet();
    private final BitSet refused = new BitSet();
    private final BitSet received = new BitSet();
    /** What the sender was told, by number. */
    private final Map<Integer, String> refusals = new HashMap<>();
    /** Positions of letters. */
    private final Set<Long> letters = new HashSet<>();
    private final List<String> wrong = new ArrayList<>();
    private long[] positions = new long[1024];
    private int next;
    private int last = -1;
    private long lastPosition = -1;
    private int duplicates;
    private int again;

    Ledger(String sender, String receiver) {
        this.sender = sender;
        this.receiver = receiver;
    }

    /** The number of a message that is about to be sent. */
    synchronized int begin() {
        if (next == positions.length) {
            positions = Arrays.copyOf(positions, 2 * next);
        }
        return next++;
    }

    synchronized void accepted(int number, long position) {
        accepted.set(number);
        positions[number] = position;
    }

    /** It was not sent, though the sender was told that it was. */
    synchronized void dropped(int number) {
        dropped.set(number);
    }

    /** It was not sent, as the sender was told. */
    synchronized void refused(int number, String how) {
        refused.set(number);
        refusals.put(number, how);
    }

    /** It is being handled. */
    synchronized void received(int number, Message message) {
        long position = message.position();
        if (number > last) {
            last = number;
            received.set(number);
        } else if (number == last && position == lastPosition) {
            again++;
            if (message.attempt() == 1) {
                wrong("number=" + number + " came again, and was not marked");
            }
        } else if (number == last) {
            duplicates++;
        } else {
            wrong("number=" + number + " came after number=" + last + " position=" + position
                    + " attempt=" + message.attempt());
        }
        lastPosition = position;
    }

    private void wrong(String what) {
        if (wrong.size() < LIMIT) {
            wrong.add(sender + " to " + receiver + ": " + what);
        }
    }

    /** It has become a letter. */
    synchronized void letter(long position) {
        letters.add(position);
    }

    /** What cannot be: what was not sent has arrived, or what has arrived did so in another order. */
    synchronized List<String> wrong() {
        List<String> all = new ArrayList<>(wrong);
        BitSet unsent = (BitSet) received.clone();
        unsent.andNot(accepted);
        unsent.stream().filter(number -> dropped.get(number) || refused.get(number))
                .forEach(number -> all.add(sender + " to " + receiver + ": number=" + number
                        + " has arrived, and was not sent: "
                        + refusals.getOrDefault(number, "dropped")));
        return all;
    }

    /** How many of what was accepted neither arrived nor are letters. */
    synchronized int missing() {
        return missed().size();
    }

    /** The same, each with its position. */
    synchronized List<String> missed() {
        BitSet rest = (BitSet) accepted.clone();
        rest.andNot(received);
        return rest.stream().filter(number -> !letters.contains(positions[number]))
                .mapToObj(number -> "number=" + number + " position=" + positions[number] + " to "
                        + receiver)
                .toList();
    }

    synchronized int duplicates() {
        return duplicates;
    }

    synchronized int count() {
        return received.cardinality();
    }

    synchronized int again() {
        return again;
    }

    synchronized int letters() {
        return letters.size();
    }

    synchronized int drops() {
        return dropped.cardinality();
    }

    /** Messages of which the sender does not know what has become. */
    synchronized int doubtful() {
        return next - accepted.cardinality() - dropped.cardinality() - refused.cardinality();
    }
}
