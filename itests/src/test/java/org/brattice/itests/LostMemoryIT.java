package org.brattice.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import org.brattice.api.Fault;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.PartitionState;
import org.brattice.itests.puppet.Puppets;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;

/** The frame file is cut short under the running machine: its memory there is gone. */
public class LostMemoryIT extends ContainerTest {
    private static final Path FRAME = Path.of("target/data/LostMemoryIT/frame.mem");

    @Override
    @Configuration
    public Option[] configuration() {
        return Container.with("LostMemoryIT", "memory = 64 MiB", "block = 1 MiB",
                "processors = 64", "backing = data");
    }

    private static final Queue<String> WRONG = new ConcurrentLinkedQueue<>();

    @Test
    public void shouldGoOnInFreshMemoryUnderLoad() throws Exception {
        AtomicLong handled = new AtomicLong();
        AtomicLong last = new AtomicLong(-1);
        AtomicLong disordered = new AtomicLong();
        Puppets.behave("counter", (own, ipca) -> message -> enter(message, handled, last,
                disordered));
        Flooding sender = new Flooding("counter", false);
        Puppets.behave("flood", sender);
        Terminal bystander = terminal("bystander");
        start("counter");
        context.getBundle("test:counter").stop();
        start("flood", "processors=2");
        context.getBundle("test:counter").start();
        await("counter", PartitionState.RUNNING);
        eventually("messages come", () -> assertTrue(handled.get() > 20_000));
        MemoryRange before = info("counter").ipca();
        long boots = info("counter").boots();

        try (RandomAccessFile file = new RandomAccessFile(FRAME.toFile(), "rw")) {
            file.setLength(before.base() + before.size() / 2);
        }

        eventually("its IPCA has moved", () -> assertNotEquals(before, info("counter").ipca()));
        long then = handled.get();
        eventually("messages come again", () -> assertTrue(handled.get() > then + 20_000));
        assertEquals(null, sender.enough());
        eventually("the last one has come", () -> assertEquals(sender.sent(), last.get() + 1));
        assertEquals("in order, none twice " + WRONG, 0, disordered.get());
        assertEquals(boots, info("counter").boots());
        assertTrue(info("counter").faults().toString(), info("counter").faults().stream()
                .anyMatch(fault -> fault.kind() == Fault.Kind.CORRUPTED));
        bystander.run(() -> bystander.boot.memory());
        System.out.println("lost memory: sent=" + sender.sent() + " lost="
                + (sender.sent() - handled.get()) + " from=" + before + " to="
                + info("counter").ipca());
    }

    private static void enter(Message message, AtomicLong handled, AtomicLong last,
            AtomicLong disordered) {
        long number = message.payload().get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        if (number <= last.get()) {
            // The error of a read can come late: then the message is offered again, and says so.
            if (number < last.get() || message.attempt() == 1) {
                disordered.incrementAndGet();
                WRONG.add("number=" + number + " last=" + last.get() + " attempt="
                        + message.attempt());
            }
            return;
        }
        last.set(number);
        handled.incrementAndGet();
    }
}
