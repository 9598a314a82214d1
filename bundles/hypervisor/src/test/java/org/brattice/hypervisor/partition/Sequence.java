package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import org.brattice.api.Holding;
import org.brattice.api.MemoryRange;
import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;

/** Random steps on a machine, and what must hold after each of them; counts what it has done. */
final class Sequence {
    private static final int NAMES = 6;
    private static final int BLOCKS = 8;
    private static final int REQUESTS = 6;
    private static final int LIMIT_MILLIS = 25;
    private static final long ANSWER_SECONDS = 20;
    private static final int LINES = 12;
    private static final int KILL_MICROS = 4000;

    private final Rig rig;
    private final RandomGenerator random;
    private final List<String> story = new ArrayList<>();
    private final Map<String, Integer> figures;

    Sequence(Rig rig, RandomGenerator random, Map<String, Integer> figures) {
        this.rig = rig;
        this.random = random;
        this.figures = figures;
    }

    /** What was done of late, for people. */
    String story() {
        return String.join("\n", story.subList(Math.max(0, story.size() - LINES), story.size()));
    }

    /** One step: bundles change, or resources move, or both at once; now and then the process ends meanwhile. */
    void step() throws Exception {
        count("steps");
        Ledger before = Ledger.of(rig);
        Map<Integer, Declaration> declared = declared();
        Set<String> waiting = waiting();
        boolean ends = random.nextInt(4) == 0;
        boolean changes = random.nextBoolean();
        boolean moves = !changes || ends || random.nextInt(3) == 0;
        rig.conduct.close();
        List<CompletableFuture<Move>> asked = new ArrayList<>();
        String updated = changes ? change(waiting) : "";
        for (int i = moves ? random.nextInt(1, ends ? 2 * REQUESTS : REQUESTS) : 0; i > 0; i--) {
            asked.add(ask());
        }
        if (ends) {
            List<Move> cut = end(!changes);
            checkMoves(asked);
            Ledger after = Ledger.of(rig);
            assertEquals(List.of(), rig.ownership().journal().open(), "moves that have not ended");
            cut.forEach(this::checkCut);
            Set<Integer> disturbed = numbers(waiting);
            before.leadsTo(after, rig.moves(), disturbed);
            declared.keySet().removeAll(disturbed);
            checkMinimum(declared);
            rig.startAll();
            before = after;
        }
        checkMoves(asked);
        rig.conduct.open();
        rig.awaitQuiet();
        Ledger after = Ledger.of(rig);
        before.leadsTo(after, rig.moves(), Set.of());
        if (!moves && !waiting().contains(updated) && !updated.isEmpty()) {
            checkUpdate(before, after);
        }
        checkMinimum(declared());
        checkReach();
        assertEquals(List.of(), List.copyOf(rig.conduct.wrong()));
    }

    /** A kill undoes what was begun and finishes what was committed, unless the winner is no more. */
    private void checkCut(Move move) {
        Move ended = rig.moves().stream().filter(one -> one.id() == move.id()).findAny()
                .orElseThrow();
        boolean done = ended.state() == Move.State.DONE;
        boolean gone = move.toNumber() != 0
                && rig.machine().partitions().numbered(move.toNumber()) == null;
        assertTrue(done == (move.state() == Move.State.COMMITTED) || gone,
                () -> "cut " + move + " became " + ended);
        count("cut " + ended.state());
    }

    private void count(String what) {
        figures.merge(what, 1, Integer::sum);
    }

    private void note(String what) {
        story.add(what);
    }

    private Map<Integer, Declaration> declared() {
        Map<Integer, Declaration> declared = new HashMap<>();
        rig.running().keySet().forEach(
                partition -> declared.put(partition.number(), partition.declaration()));
        return declared;
    }

    /** Names of partitions whose firmware was refused, or failed: they may boot whenever something comes free. */
    private Set<String> waiting() {
        Set<String> waiting = new HashSet<>(rig.installed.keySet());
        rig.running().keySet().forEach(partition -> waiting.remove(partition.name()));
        return waiting;
    }

    private Set<Integer> numbers(Set<String> names) {
        Set<Integer> numbers = new HashSet<>();
        rig.machine().partitions().all().stream()
                .filter(partition -> names.contains(partition.name()))
                .forEach(partition -> numbers.add(partition.number()));
        return numbers;
    }

    // What happens

    /** Something happens to a bundle, whose name is added; returns the name when it runs and is but updated. */
    private String change(Set<String> changed) {
        String name = "p" + random.nextInt(NAMES);
        TestPartition partition = rig.installed.get(name);
        boolean runs = !changed.contains(name);
        changed.add(name);
        if (partition == null) {
            Map<String, Object> attributes = attributes(name, random.nextInt(1, BLOCKS));
            note("install " + attributes);
            rig.install(name, attributes);
            return "";
        }
        boolean started = partition.source != null;
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                if (started) {
                    note("stop " + name);
                    rig.stop(partition);
                } else {
                    note("start " + name);
                    rig.start(partition);
                }
            }
            case 2, 3 -> {
                if (started) {
                    note("update " + name);
                    rig.update(partition, partition.attributes);
                    return runs ? name : "";
                }
                note("start " + name);
                rig.start(partition);
            }
            case 4 -> {
                Map<String, Object> attributes = attributes(name, partition.blocks());
                note("update " + attributes);
                if (started) {
                    rig.update(partition, attributes);
                }
            }
            default -> {
                boolean halts = random.nextBoolean();
                note("uninstall " + name + " halts=" + halts);
                rig.uninstall(partition, halts);
            }
        }
        return "";
    }

    private Map<String, Object> attributes(String name, int blocks) {
        int processors = random.nextInt(1, 5);
        Map<String, Object> attributes = new HashMap<>();
        attributes.put("name", name);
        attributes.put("memory", blocks * (Rig.BLOCK >> 10) + " KiB");
        attributes.put("memory.minimum",
                random.nextInt(1, blocks + 1) * (Rig.BLOCK >> 10) + " KiB");
        attributes.put("ipca", "16 KiB");
        attributes.put("processors", processors);
        attributes.put("processors.minimum", random.nextInt(1, processors + 1));
        attributes.put("slots",
                Rig.SLOTS.stream().filter(slot -> random.nextInt(4) == 0).toList());
        return attributes;
    }

    private CompletableFuture<Move> ask() {
        Resource resource = resource();
        List<String> names = List.copyOf(rig.installed.keySet());
        String to = names.isEmpty() || random.nextInt(4) == 0
                ? ""
                : names.get(random.nextInt(names.size()));
        MoveRequest request = new MoveRequest(resource, to, random.nextBoolean(),
                Duration.ofMillis(random.nextInt(5, LIMIT_MILLIS)), Conduct.CAUSE);
        note("move " + resource + " to=" + to + " overrule=" + request.overrule() + " ms="
                + request.limit().toMillis());
        return rig.machine().mover().move(request);
    }

    /** One of those that can move, mostly. */
    private Resource resource() {
        List<Holding> all = rig.ownership().all();
        Holding one = all.get(random.nextInt(all.size()));
        List<Integer> processors = one.number() == 0 ? one.processors() : one.spareProcessors();
        List<Integer> blocks = one.number() == 0 ? one.blocks() : one.spareBlocks();
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Resource.Processor(processors.isEmpty()
                    ? random.nextInt(Rig.PROCESSORS + 1)
                    : processors.get(random.nextInt(processors.size())));
            case 2, 3, 4 -> new Resource.MemoryBlock(blocks.isEmpty()
                    ? random.nextInt(rig.blocks() + 1)
                    : blocks.get(random.nextInt(blocks.size())));
            default -> new Resource.Slot(Rig.SLOTS.get(random.nextInt(Rig.SLOTS.size())));
        };
    }

    /** The process ends; returns the moves that this has cut short. */
    private List<Move> end(boolean commits) throws IOException {
        boolean kill = random.nextInt(4) != 0;
        note(kill ? "kill" : "restart");
        if (!kill) {
            rig.restart();
            return List.of();
        }
        count("kills");
        return rig.kill(TimeUnit.MICROSECONDS.toNanos(random.nextInt(KILL_MICROS)),
                commits && random.nextBoolean());
    }

    // What must hold

    private void checkMoves(List<CompletableFuture<Move>> asked) throws Exception {
        for (CompletableFuture<Move> one : asked) {
            Move move = one.completeOnTimeout(null, ANSWER_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(failure -> null).get();
            if (one.isCompletedExceptionally()) {
                count("moves refused");
            } else {
                assertTrue(move != null && move.state().ended(), "a move has not ended: " + move);
                count("moves " + move.state());
            }
        }
        asked.clear();
    }

    /** An update moves nothing; a slot that is declared, and has come free meanwhile, is given to who boots. */
    private static void checkUpdate(Ledger before, Ledger after) {
        assertEquals(before.lastMove(), after.lastMove(), "moves by an update");
        before.owners().forEach((resource, owner) -> {
            if (owner != 0 || !(resource instanceof Resource.Slot)) {
                assertEquals(owner, after.owners().get(resource), resource + " after an update");
            }
        });
    }

    /** What partitions keep, of which their IPCA is a part; unless they have departed. */
    private void checkMinimum(Map<Integer, Declaration> declared) {
        declared.forEach((number, declaration) -> {
            if (rig.machine().partitions().numbered(number) == null
                    || rig.ownership().departed(number)) {
                return;
            }
            List<MemoryRange> kept = rig.machine().ranges(number);
            MemoryRange ipca = rig.machine().ipca(number);
            String what = declaration + " owns processors="
                    + rig.ownership().processors().of(number) + " keeps " + kept + " ipca=" + ipca;
            assertTrue(rig.ownership().processors().of(number).size() >= declaration
                    .leastProcessors(), what);
            assertTrue(kept.stream().mapToLong(MemoryRange::size).sum() >= declaration.minimum(),
                    what);
            assertTrue(kept.stream().anyMatch(one -> one.contains(ipca.base(), ipca.size())),
                    what);
        });
    }

    /** A boot reaches those of its blocks that can move, and no other. */
    private void checkReach() throws Exception {
        for (var boot : rig.running().entrySet()) {
            LogicalPartition partition = boot.getKey();
            Holding holding = rig.ownership().all().stream()
                    .filter(one -> one.number() == partition.number()).findAny().orElseThrow();
            assertEquals(Set.copyOf(holding.spareBlocks()),
                    Set.copyOf(rig.reached(partition, boot.getValue())),
                    "blocks that " + partition.name() + " reaches");
            assertEquals(holding.processors().size(), partition.boot().processors().owned(),
                    "processors that " + partition.name() + " runs on");
        }
    }
}
