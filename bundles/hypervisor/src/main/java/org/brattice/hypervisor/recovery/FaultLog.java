package org.brattice.hypervisor.recovery;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.brattice.api.Fault;
import org.brattice.hypervisor.memory.FrameLayout;

/**
 * The latest faults of all partitions, in the frame, so that they outlive the process that saw them. When
 * it is full the oldest fault of the partition that has the most is overwritten: a storm drives out its
 * own. Any thread, under this object's monitor.
 */
public final class FaultLog {
    /** Among so many of the latest of a partition a repetition is found. */
    private static final int REPEATED = 8;
    private static final Deque<Integer> NONE = new ArrayDeque<>();

    private final FaultEntry[] entries;
    private final Fault[] faults;
    /** The latest entries of each partition, newest first, for repetitions. */
    private final Map<Culprit, Deque<Integer>> latest = new HashMap<>();
    private final Map<Culprit, Integer> counts = new HashMap<>();
    private long next = 1;

    /** A name may come again with another number. */
    private record Culprit(String partition, int number) {
        private static Culprit of(Fault fault) {
            return new Culprit(fault.partition(), fault.number());
        }
    }

    /** In a frame; finds what an earlier process has left. */
    public FaultLog(MemorySegment memory, FrameLayout layout) {
        this.entries = new FaultEntry[layout.faultCount()];
        this.faults = new Fault[entries.length];
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new FaultEntry(memory, layout.fault(i));
            faults[i] = entries[i].read();
            if (faults[i] != null) {
                next = Math.max(next, faults[i].sequence() + 1);
                found.add(i);
            }
        }
        found.sort(Comparator.comparingLong(place -> faults[place].sequence()));
        found.forEach(this::enter);
    }

    private void enter(int place) {
        Culprit partition = Culprit.of(faults[place]);
        counts.merge(partition, 1, Integer::sum);
        Deque<Integer> places = latest.computeIfAbsent(partition, any -> new ArrayDeque<>());
        places.addFirst(place);
        if (places.size() > REPEATED) {
            places.removeLast();
        }
    }

    /**
     * Notes a fault, or one repetition more of one of its partition's latest.
     *
     * @param fault as it was seen; its sequence and count are given here
     * @return as it stands in the log
     */
    public synchronized Fault add(Fault fault) {
        Culprit culprit = Culprit.of(fault);
        for (int place : latest.getOrDefault(culprit, NONE)) {
            if (repeats(faults[place], fault)) {
                faults[place] = entries[place].repeat(fault.moment());
                return faults[place];
            }
        }
        int place = place(culprit);
        if (faults[place] != null) {
            leave(place);
        }
        faults[place] = entries[place].write(next++, fault);
        enter(place);
        return faults[place];
    }

    private static boolean repeats(Fault before, Fault fault) {
        return before.kind() == fault.kind() && before.position() == fault.position()
                && before.cause().equals(FaultEntry.cut(fault.cause()));
    }

    private void leave(int place) {
        Culprit partition = Culprit.of(faults[place]);
        counts.merge(partition, -1, Integer::sum);
        counts.remove(partition, 0);
        Deque<Integer> places = latest.get(partition);
        if (places != null && places.remove((Integer) place) && places.isEmpty()) {
            latest.remove(partition);
        }
    }

    /** A free place, or the oldest of the partition that would have the most. */
    private int place(Culprit culprit) {
        int place = -1;
        for (int i = 0; i < entries.length; i++) {
            if (faults[i] == null) {
                return i;
            }
            if (place < 0 || rather(faults[i], faults[place], culprit)) {
                place = i;
            }
        }
        return place;
    }

    private boolean rather(Fault one, Fault other, Culprit culprit) {
        int order = count(one, culprit) - count(other, culprit);
        return order > 0 || order == 0 && one.sequence() < other.sequence();
    }

    private int count(Fault fault, Culprit culprit) {
        Culprit one = Culprit.of(fault);
        return counts.get(one) + (one.equals(culprit) ? 1 : 0);
    }

    /** The latest faults of a partition, oldest first. */
    public synchronized List<Fault> of(int number, int limit) {
        List<Fault> all = all();
        all.removeIf(fault -> fault.number() != number);
        return List.copyOf(all.subList(Math.max(0, all.size() - limit), all.size()));
    }

    /** All faults, oldest first. */
    public synchronized List<Fault> all() {
        List<Fault> all = new ArrayList<>();
        for (Fault fault : faults) {
            if (fault != null) {
                all.add(fault);
            }
        }
        all.sort(Comparator.comparingLong(Fault::sequence));
        return all;
    }
}
