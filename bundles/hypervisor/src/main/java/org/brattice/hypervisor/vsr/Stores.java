package org.brattice.hypervisor.vsr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

import org.brattice.api.DeadLetter;
import org.brattice.hypervisor.memory.Frame;

/** What was set aside and what was given up, and what both mean for an IPCA that is attached. */
public final class Stores {
    private final Vsr vsr;
    private final Frame frame;
    private final RetryStore retry;
    private final DeadLetters letters;

    Stores(Vsr vsr, Frame frame) {
        this.vsr = vsr;
        this.frame = frame;
        this.retry = new RetryStore(frame.memory(), frame.layout());
        this.letters = new DeadLetters(frame.memory(), frame.layout(),
                frame.description().stores().letterLimit(), vsr::name);
    }

    /** Messages set aside for their receivers. */
    public RetryStore retry() {
        return retry;
    }

    /** Messages that were given up. */
    public DeadLetters letters() {
        return letters;
    }

    /**
     * Finds the messages set aside and the dead letters that an earlier process has left. Control thread,
     * before any IPCA is repaired, because what is there was not acknowledged.
     *
     * @return what was damaged, in words
     */
    public List<String> attachStores(IntPredicate known) {
        List<String> damages = new ArrayList<>(retry.attach(known));
        damages.addAll(letters.attach());
        return damages;
    }

    /**
     * Drops letters whose messages wait still: the process ended between the two. Control thread, when
     * the IPCAs are open, before any boot.
     */
    public void settleStores() {
        Map<Integer, Set<Long>> aside = new HashMap<>();
        letters.settle((receiver, position) -> {
            Area area = vsr.area(receiver);
            return area != null && Unread.waits(frame.memory(), frame.layout(), area, position)
                    || aside.computeIfAbsent(receiver, retry::positions).contains(position);
        });
    }

    /** What became of messages that an earlier process has read and perhaps not acknowledged. */
    public Attach.Acknowledged acknowledged() {
        return new Attach.Acknowledged() {
            @Override
            public boolean known(int source) {
                return vsr.known(source);
            }

            @Override
            public boolean aside(int receiver, int source, long position) {
                return retry.aside(receiver, source, position);
            }

            @Override
            public Set<Long> completeAside(int receiver) {
                Set<Long> complete = new HashSet<>();
                for (Unread record : retry.records(receiver)) {
                    Attach.completesAt(record.memory(), record.start(), complete);
                }
                return complete;
            }

            @Override
            public boolean givenUp(int receiver, long position) {
                return letters.contains(receiver, position);
            }
        };
    }

    /**
     * Puts a dead letter back into its receiver's retry queue, as the last one of its source. Any thread.
     *
     * @return why not, in words, or null
     */
    public String redeliver(long id) {
        synchronized (letters) {
            DeadLetter letter = letters.letter(id);
            String refusal = letter == null
                    ? "letter=" + id + " is unknown: list the letters"
                    : refusal(letter);
            if (refusal == null) {
                letters.drop(id);
                vsr.ring(letter.receiverNumber());
            }
            return refusal;
        }
    }

    /** Puts it back, or says why not. */
    private String refusal(DeadLetter letter) {
        String what = "letter=" + letter.id() + " ";
        if (!vsr.known(letter.receiverNumber())) {
            return what + "was sent to " + letter.receiver() + " with number="
                    + letter.receiverNumber() + ", which is gone for ever: export it, then drop it";
        }
        if (letter.chunk()) {
            return what
                    + "is a chunk of a larger message, which was refused as a whole: have it sent"
                    + " again";
        }
        if (letter.kept() < letter.length()) {
            return what + "has no payload: bytes=" + letter.length()
                    + " were more than dead.letter.limit of the frame description";
        }
        return retry.putBack(letter.receiverNumber(), letter.sourceNumber(),
                letters.record(letter.id()))
                        ? null
                        : what + "does not fit into the retry store, which has bytes="
                                + retry.free()
                                + " free: try again when messages set aside have been read";
    }
}
