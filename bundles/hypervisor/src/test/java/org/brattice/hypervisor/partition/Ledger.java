package org.brattice.hypervisor.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.brattice.api.Holding;
import org.brattice.api.Move;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.BlockMap;

/**
 * Who owns what while nothing moves, and how often each partition has booted: what changes from one to the next is
 * explained by moves in the journal, or by boots.
 *
 * @param owners number by resource, -1 for blocks in quarantine
 * @param boots count by number
 * @param lastMove id of the latest move
 */
record Ledger(Map<Resource, Integer> owners, Map<Integer, Long> boots, long lastMove) {
    private static final int QUARANTINED = -1;

    /** Of a machine, each resource of which must have one owner, or none. */
    static Ledger of(Rig rig) {
        Map<Resource, Integer> owners = new HashMap<>();
        for (Holding holding : rig.ownership().all()) {
            resources(holding).forEach(
                    resource -> assertNull(owners.put(resource, holding.number()),
                            resource + " has two owners"));
        }
        BlockMap blocks = rig.machine().holdings().blocks();
        int quarantined = 0;
        for (int index = rig.blocks() - blocks.capacity(); index < rig.blocks(); index++) {
            if (owners.putIfAbsent(new Resource.MemoryBlock(index), QUARANTINED) == null) {
                quarantined++;
            }
        }
        assertEquals(blocks.quarantined(), quarantined, "blocks in quarantine");
        assertEquals(Rig.PROCESSORS + Rig.SLOTS.size() + blocks.capacity(), owners.size(),
                "resources in all");
        Map<Integer, Long> boots = new TreeMap<>();
        rig.machine().partitions().all().stream().mapToInt(LogicalPartition::number)
                .filter(number -> number != 0).forEach(number -> boots.put(number,
                        rig.machine().holdings().table().boots(number)));
        assertTrue(owners.values().stream()
                .allMatch(owner -> owner <= 0 || boots.containsKey(owner)),
                "owned by who is no more: " + owners);
        return new Ledger(owners, boots, rig.lastMove());
    }

    private static Stream<Resource> resources(Holding holding) {
        return Stream.of(holding.processors().stream().map(Resource.Processor::new),
                holding.blocks().stream().map(Resource.MemoryBlock::new),
                holding.slots().stream().map(Resource.Slot::new)).flatMap(all -> all);
    }

    /**
     * Checks that nothing has changed hands but by moves that are done, and by boots and ends of partitions.
     *
     * @param more numbers of partitions that may have been given something without a boot
     */
    void leadsTo(Ledger after, List<Move> moves, Set<Integer> more) {
        Map<Resource, Integer> expected = new HashMap<>(owners);
        List<Move> since = moves.stream().filter(move -> move.id() > lastMove).toList();
        for (Move move : since) {
            if (move.state() == Move.State.DONE) {
                explain(move.resource(), expected.put(move.resource(), move.toNumber()),
                        move.fromNumber(), after, more, since);
            }
        }
        expected.forEach((resource, owner) -> explain(resource, owner,
                after.owners.get(resource), after, more, since));
    }

    private void explain(Resource resource, int expected, int owner, Ledger after,
            Set<Integer> more, List<Move> since) {
        boolean explained = expected == owner || IntStream.of(expected, owner)
                .allMatch(number -> number <= 0 || more.contains(number)
                        || after.boots.getOrDefault(number, -1L)
                                .longValue() != boots.getOrDefault(number, 0L));
        assertTrue(explained, () -> resource + ": expected owner=" + expected + " found=" + owner
                + " boots before=" + boots + " after=" + after.boots + " moves=" + since.stream()
                        .filter(move -> move.resource().equals(resource)).toList());
    }
}
