package org.brattice.itests;

import static org.junit.Assert.assertEquals;

import org.brattice.api.PartitionState;
import org.junit.Test;

/** Partitions talk. */
public class TalkIT extends ContainerTest {
    @Test
    public void shouldEcho() throws Exception {
        echo().start();
        await("echo", PartitionState.RUNNING);
        Terminal alice = terminal("alice");
        alice.send("echo", "hello");
        assertEquals("echo: hello", alice.next());
    }
}
