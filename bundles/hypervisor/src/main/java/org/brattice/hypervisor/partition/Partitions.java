package org.brattice.hypervisor.partition;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/** All partitions, by name. Changed by the control thread; read by any. */
final class Partitions {
    private final Map<String, LogicalPartition> byName = new ConcurrentSkipListMap<>();
    private final Map<Integer, LogicalPartition> byNumber = new ConcurrentHashMap<>();
    private final Faults faults;
    private final Runnable changed;
    private volatile Function<String, Injector.Rule[]> injector = name -> null;

    /** With the log of faults, and someone to tell of each change of a partition's state. */
    Partitions(Faults faults, Runnable changed) {
        this.faults = faults;
        this.changed = changed;
    }

    /** The partition of a name, made when there is none. */
    LogicalPartition entry(String name) {
        return byName.computeIfAbsent(name, key -> {
            LogicalPartition made = new LogicalPartition(key, faults, changed);
            made.injected(injector.apply(key));
            return made;
        });
    }

    /** What has hypervisor calls go wrong, by the name of who makes them; for partitions to come too. */
    void injector(Function<String, Injector.Rule[]> newInjector) {
        injector = newInjector;
        byName.values().forEach(one -> one.injected(newInjector.apply(one.name())));
    }

    void remove(LogicalPartition partition) {
        byName.remove(partition.name());
        byNumber.remove(partition.number());
        changed.run();
    }

    /** By name, or null. */
    LogicalPartition named(String name) {
        return byName.get(name);
    }

    /** By number, or null. */
    LogicalPartition numbered(int number) {
        return byNumber.get(number);
    }

    /** Gives a partition its number, for life. */
    void number(LogicalPartition partition, int number) {
        partition.number(number);
        byNumber.put(number, partition);
    }

    /** Name of a number, also of one that is gone. */
    String name(int number) {
        LogicalPartition partition = numbered(number);
        return partition == null ? "partition-" + number : partition.name();
    }

    Collection<LogicalPartition> all() {
        return byName.values();
    }

    /** Boots that run or are ending. */
    List<BootRun> boots() {
        return byName.values().stream().map(LogicalPartition::boot).filter(Objects::nonNull)
                .toList();
    }
}
