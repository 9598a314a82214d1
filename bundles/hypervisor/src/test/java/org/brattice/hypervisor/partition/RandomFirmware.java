package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Message;
import org.brattice.api.Move;
import org.brattice.api.Relocation;
import org.brattice.api.Resource.MemoryBlock;

/**
 * Fills all memory that it gets with its partition's number, and looks what was there before: zero, or its own. On the
 * partition's first processor alone.
 */
final class RandomFirmware implements Firmware {
    private final Conduct conduct;
    private final RandomGenerator random;
    private final boolean fails;
    /** What it reaches blocks by, and what it reached blocks by that have left. */
    private final Map<MemoryBlock, MemorySegment> held = new HashMap<>();
    private final List<MemorySegment> left = new ArrayList<>();
    private Boot boot;

    RandomFirmware(Conduct conduct, RandomGenerator random, boolean fails) {
        this.conduct = conduct;
        this.random = random;
        this.fails = fails;
    }

    @Override
    public void boot(Boot newBoot) {
        boot = newBoot;
        for (MemorySegment segment : boot.memory()) {
            mark(segment, "kept memory", false);
        }
        boot.blocks().forEach(block -> take(block, false));
        if (fails) {
            throw new IllegalStateException("worn out");
        }
    }

    @Override
    public void message(Message message) {
        conduct.wrong(message.sourceName() + " sent " + message.text());
    }

    @Override
    public void releasing(Relocation relocation) throws Exception {
        conduct.answer(random, relocation, boot);
    }

    @Override
    public void arriving(Relocation relocation) throws Exception {
        conduct.answer(random, relocation, boot);
    }

    @Override
    public void relocated(Move move) {
        if (!(move.resource() instanceof MemoryBlock block) || move.state() != Move.State.DONE) {
            return;
        }
        MemorySegment mine = held.get(block);
        // What was read at last of an earlier move tells nothing new.
        if (mine != null && (move.fromNumber() == boot.number() || !reachable(mine))) {
            left.add(held.remove(block));
        }
        if (move.toNumber() == boot.number() && !held.containsKey(block)) {
            take(block, true);
        }
    }

    private void take(MemoryBlock block, boolean arrives) {
        try {
            MemorySegment segment = boot.block(block);
            held.put(block, segment);
            mark(segment, block.toString(), arrives);
        } catch (HypervisorCallException | IllegalStateException e) {
            // It is on its way to somebody else: whether that holds, reach says.
        }
    }

    private void mark(MemorySegment segment, String what, boolean arrives) {
        byte mine = (byte) boot.number();
        for (byte found : segment.toArray(ValueLayout.JAVA_BYTE)) {
            if (found != 0 && (arrives || found != mine)) {
                conduct.wrong(boot.name() + " number=" + mine + " finds " + found + " in " + what
                        + (arrives ? ", which has just come" : ""));
                break;
            }
        }
        segment.fill(mine);
    }

    private static boolean reachable(MemorySegment segment) {
        try {
            segment.get(ValueLayout.JAVA_BYTE, 0);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** Which of so many blocks can be reached; says what is wrong with segments that were handed out before. */
    Set<Integer> reach(int blocks) {
        Set<Integer> reached = new TreeSet<>();
        for (int index = 0; index < blocks; index++) {
            try {
                boot.block(new MemoryBlock(index));
                reached.add(index);
            } catch (HypervisorCallException e) {
                // Not its own.
            }
        }
        byte[] mine = new byte[(int) held.values().stream().mapToLong(MemorySegment::byteSize)
                .max().orElse(0)];
        Arrays.fill(mine, (byte) boot.number());
        held.forEach((block, segment) -> {
            if (reachable(segment) && !reached.contains(block.index())) {
                conduct.wrong(boot.name() + " still reaches " + block);
            } else if (reachable(segment)
                    && segment.mismatch(MemorySegment.ofArray(mine)) >= 0) {
                conduct.wrong(boot.name() + " finds others' bytes in " + block);
            }
        });
        if (left.stream().anyMatch(RandomFirmware::reachable)) {
            conduct.wrong(boot.name() + " still reaches a block as it was before it left");
        }
        return reached;
    }
}
