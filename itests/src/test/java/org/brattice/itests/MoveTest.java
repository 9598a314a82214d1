package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import org.brattice.api.FrameInfo;
import org.brattice.api.Holding;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;
import org.brattice.itests.puppet.Puppets;

/** Resource moves between partitions that the test works by hand. */
public abstract class MoveTest extends ContainerTest {
    protected final MoveTerminal mover(String name, String... attributes) throws Exception {
        MoveTerminal mover = new MoveTerminal(name);
        Puppets.behave(name, mover);
        start(name, attributes);
        return mover;
    }

    protected final Holding holding(String name) {
        return hypervisor().holdings().stream().filter(one -> one.partition().equals(name))
                .findAny().orElseThrow();
    }

    protected final Resource.Processor processor(String name) {
        return new Resource.Processor(holding(name).processors().getLast());
    }

    protected static MoveRequest request(Resource resource, String to) {
        return new MoveRequest(resource, to, false, LIMIT, "the test asks");
    }

    /** All that has an owner, once for each owner. */
    protected final List<Resource> resources() {
        List<Resource> resources = new ArrayList<>();
        for (Holding holding : hypervisor().holdings()) {
            holding.processors().forEach(index -> resources.add(new Resource.Processor(index)));
            holding.blocks().forEach(index -> resources.add(new Resource.MemoryBlock(index)));
        }
        return resources;
    }

    /** There are as many resources as there were, each with one owner, and each partition has its least. */
    protected final void checkResources(int all) throws Exception {
        eventually("no block is in quarantine", () -> {
            FrameInfo frame = hypervisor().frame();
            assertEquals(0, frame.quarantinedBlocks());
        });
        List<Resource> resources = resources();
        assertEquals("resources", all, resources.size());
        assertEquals("one owner each", all, new HashSet<>(resources).size());
        for (Holding holding : hypervisor().holdings()) {
            assertTrue(holding.toString(), holding.number() == 0
                    || !holding.processors().isEmpty()
                            && holding.spareBlocks().size() < holding.blocks().size());
        }
    }
}
