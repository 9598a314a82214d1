package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.api.Fault;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.hypervisor.memory.Text;

/**
 * Writes faults into the IPCAs of those who asked to hear of them, in the name of the partition that has them (S12). A
 * fault that repeats is told again when what was told before has been written, with its count: a storm is a message now
 * and then. Control thread, unless said otherwise.
 */
final class FaultNews {
    private static final String ALL = "*";
    /** Between two messages of one partition's faults to one reader, and between two tries to write one. */
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** So many faults of a partition wait for room in a reader's IPCA; then the oldest are left out. */
    private static final int WAITING = 64;
    /** So many names a boot can ask for. */
    private static final int ASKED = 64;
    private static final int CAUSE_LIMIT = 160;
    private static final Pattern FAULT = Pattern.compile("fault=(\\d{1,18}) .*", Pattern.DOTALL);

    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ControlThread control;
    private final Partitions partitions;
    private final Holdings holdings;
    private final Faults faults;
    /** What boots have asked for, names or {@link #ALL}. */
    private final Map<BootRun, Set<String>> asked = new ConcurrentHashMap<>();
    private final Map<Line, News> lines = new HashMap<>();
    /** Tells a boot of a fault that it has read of. On its first processor. */
    private volatile BiConsumer<BootRun, Fault> told = (boot, fault) -> {};

    /** Who reads of whom. */
    private record Line(LogicalPartition reader, LogicalPartition culprit) {}

    /** What is still to be written to one reader of one partition's faults, by sequence. */
    private static final class News {
        private final Map<Long, Fault> waiting = new LinkedHashMap<>();
        private boolean scheduled;
    }

    FaultNews(ControlThread control, Partitions partitions, Holdings holdings, Faults faults) {
        this.control = control;
        this.partitions = partitions;
        this.holdings = holdings;
        this.faults = faults;
    }

    /** Who tells boots of what they have read. Before the first boots. */
    void told(BiConsumer<BootRun, Fault> newTold) {
        told = newTold;
    }

    /** A boot asks to hear of a partition's faults. Any thread. */
    void ask(BootRun boot, String partition) {
        Set<String> names = asked.computeIfAbsent(boot, any -> ConcurrentHashMap.newKeySet());
        if (names.size() >= ASKED && !names.contains(partition)) {
            throw new HypervisorCallException("faults of partitions=" + ASKED
                    + " are heard of already: ask for * instead");
        }
        names.add(partition);
    }

    /** A boot has ended. */
    void over(BootRun boot) {
        asked.remove(boot);
    }

    /** A partition is no more. */
    void destroyed(LogicalPartition partition) {
        lines.keySet().removeIf(
                line -> line.reader() == partition || line.culprit() == partition);
    }

    /** A fault was seen. */
    void fault(LogicalPartition culprit, Fault fault) {
        Set<String> readers = new TreeSet<>();
        asked.forEach((boot, names) -> {
            boolean runs = boot.partition().boot() == boot && !boot.fenced();
            if (runs && (names.contains(ALL) || names.contains(culprit.name()))) {
                readers.add(boot.partition().name());
            }
        });
        if (culprit.declaration() != null && !culprit.declaration().helper().isEmpty()) {
            readers.add(culprit.declaration().helper());
        }
        readers.remove(culprit.name());
        readers.forEach(reader -> tell(reader, culprit, fault));
    }

    /** Has one reader hear of a fault. */
    void tell(String name, LogicalPartition culprit, Fault fault) {
        LogicalPartition reader = partitions.named(name);
        if (reader == null || reader.number() == 0) {
            return;
        }
        Line line = new Line(reader, culprit);
        News news = lines.computeIfAbsent(line, any -> new News());
        news.waiting.put(fault.sequence(), fault);
        if (news.waiting.size() > WAITING) {
            Iterator<Long> oldest = news.waiting.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        if (!news.scheduled) {
            news.scheduled = true;
            write(line, news);
        }
    }

    private void write(Line line, News news) {
        if (news.waiting.isEmpty() || partitions.named(line.reader().name()) != line.reader()) {
            news.scheduled = false;
            lines.remove(line, news);
            return;
        }
        Iterator<Fault> faultsLeft = news.waiting.values().iterator();
        while (faultsLeft.hasNext()) {
            long position = write(line, faultsLeft.next());
            if (position == IpcaService.NO_ROOM) {
                break;
            }
            faultsLeft.remove();
        }
        control.later(PAUSE, () -> write(line, news));
    }

    /** Its position, or why not: an IPCA that is damaged, or no holder that is free, is no room. */
    private long write(Line line, Fault fault) {
        try {
            return holdings.announce(line.culprit().number(), line.reader().number(),
                    text(fault));
        } catch (HypervisorCallException | IllegalStateException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "fault=" + fault.sequence() + " is not told", e);
            return IpcaService.NO_ROOM;
        }
    }

    private static MemorySegment text(Fault fault) {
        String text = "fault=" + fault.sequence() + " partition=" + fault.partition() + " kind="
                + fault.kind() + " count=" + fault.count() + " cause="
                + Text.cut(fault.cause(), CAUSE_LIMIT);
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a message that only the hypervisor can write tells of a fault; then it was dealt with. On a first processor. */
    boolean heard(BootRun reader, Message message) {
        Matcher matcher = FAULT.matcher(message.text());
        if (!matcher.matches()) {
            return false;
        }
        long sequence = Long.parseLong(matcher.group(1));
        // One that has been driven out of the log meanwhile is no news any more.
        faults.all().stream().filter(fault -> fault.sequence() == sequence).findAny()
                .ifPresent(fault -> told.accept(reader, fault));
        return true;
    }
}
