package org.brattice.hypervisor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Which partition owns which virtual processor: exactly one owner each, in the frame itself. Written by
 * the hypervisor's control thread alone, read by any.
 */
public final class ProcessorMap {
    private static final long FREE = 0;

    private final Frame frame;
    private final int processors;

    /** The map of a frame; what the description no longer counts is nobody's. */
    public ProcessorMap(Frame frame) {
        this.frame = frame;
        this.processors = frame.description().processors();
        for (int index = processors; index < frame.layout().processors(); index++) {
            word(index, FREE);
        }
    }

    /** How many the frame has. */
    public int count() {
        return processors;
    }

    /** Number of the partition that owns a processor, or 0. */
    public int owner(int index) {
        return (int) Word.acquire(frame.memory(), frame.layout().processor(index));
    }

    /** Gives a processor to a partition, or to the free pool (0): one store. */
    public void owner(int index, int number) {
        word(index, number);
    }

    private void word(int index, long owner) {
        Word.release(frame.memory(), frame.layout().processor(index), owner);
    }

    /** How many nobody owns. */
    public int free() {
        return of(0).size();
    }

    /** The processors of a partition, or of the free pool (0), ascending. */
    public List<Integer> of(int number) {
        List<Integer> owned = new ArrayList<>();
        for (int index = 0; index < processors; index++) {
            if (owner(index) == number) {
                owned.add(index);
            }
        }
        return owned;
    }

    /** Gives a partition so many in all: the lowest free ones more, or the highest of its own fewer. */
    public void settle(int number, int count) {
        List<Integer> owned = of(number);
        if (count < owned.size()) {
            owned.subList(count, owned.size()).forEach(index -> owner(index, 0));
            return;
        }
        List<Integer> free = of(0);
        if (count - owned.size() > free.size()) {
            throw new IllegalStateException("processors=" + count + " of partition number=" + number
                    + " are not free: free=" + free.size());
        }
        free.subList(0, count - owned.size()).forEach(index -> owner(index, number));
    }

    /** Frees the processors of numbers that no row names. Control thread. */
    public void freeUnless(LongPredicate known) {
        for (int index = 0; index < processors; index++) {
            long owner = Word.acquire(frame.memory(), frame.layout().processor(index));
            if (owner != FREE && !known.test(owner)) {
                word(index, FREE);
            }
        }
    }
}
