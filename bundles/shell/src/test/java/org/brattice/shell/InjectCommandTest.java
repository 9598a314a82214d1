package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InjectCommandTest {
    private final Bench bench = new Bench();

    InjectCommandTest() {
        bench.hypervisor.with(FakeHypervisor.running(1, "vios"));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private String lines(String command) throws Exception {
        return bench.run(command).replace("\r", "");
    }

    @Test
    void shouldBeOffUntilItIsSwitchedOn() throws Exception {
        assertEquals("fault injection is off\n", lines("inject"));
        assertEquals("fault injection is off: say inject --on first",
                bench.failure("inject vios throw"));
        assertEquals("fault injection is on\n", lines("inject --on"));
        assertTrue(lines("partitions").endsWith("fault injection is on: say inject\n"));
        assertEquals("rule=1\n", lines("inject vios throw"));
        assertEquals("rule=2\n",
                lines("inject vios delay --delay 5ms --call send --probability 0.5 --seed 9"));
        assertEquals("""
                fault injection is on
                RULE  PARTITION  EFFECT  CALL  WHICH                   CALLS  INJECTED
                   1  vios       throw   *     at 1                        7         1
                   2  vios       delay   send  probability 0.5 seed 9      7         1
                """, lines("inject"));
        assertEquals("fault injection is off\n", lines("inject --off"));
    }

    @Test
    void shouldRefuseWhatIsNoRule() throws Exception {
        lines("inject --on");
        assertEquals(
                "effect=melt must be one of [throw, hang, kill, drop, delay, duplicate, corrupt,"
                        + " refuse]",
                bench.failure("inject vios melt"));
        assertEquals("call=dance must be * or one of [send, sendBatch, broadcast, read, memory,"
                + " block, register, device, run]",
                bench.failure("inject vios throw --call dance"));
        assertEquals("at=0 probability=2.0 must say which calls: at from 1, or probability above 0,"
                + " up to 1", bench.failure("inject vios throw --probability 2"));
        assertEquals("at=x must be a whole number", bench.failure("inject vios throw --at x"));
        assertEquals("say one of both: --on, or --off", bench.failure("inject --on --off"));
        assertEquals("at=0 must be from 1", bench.failure("inject vios throw --at 0"));
        assertEquals("times=0 must be from 1", bench.failure("inject vios throw --times 0"));
        assertEquals("at=0 probability=0.0 must say which calls: at from 1, or probability above 0,"
                + " up to 1", bench.failure("inject vios throw --probability 0"));
        assertEquals("say one of both: --at, or --probability",
                bench.failure("inject vios throw --at 1 --probability 0.5"));
        assertEquals("effect=drop call=read must be one of [*, send, sendBatch, broadcast]: it"
                + " concerns what is sent", bench.failure("inject vios drop --call read"));
    }
}
