package org.brattice.itests;

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
}
