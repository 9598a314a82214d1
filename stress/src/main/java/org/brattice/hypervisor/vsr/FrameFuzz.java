package org.brattice.hypervisor.vsr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

import org.brattice.api.Chunk;
import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.Move;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.PartitionTable;
import org.brattice.hypervisor.memory.ProcessorMap;
import org.brattice.hypervisor.memory.SlotMap;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.resource.Journal;

/**
 * The fuzz target: a real frame with messages is damaged as the input says, then attached,
 * scanned, read and written. Nothing may throw, hang, show a byte of another partition, or change
 * one outside the tables and the IPCAs. The input is a program of {@link Damage}.
 */
public final class FrameFuzz {
    static final int IPCA = 4096;
    private static final long BLOCK = 64 << 10;
    private static final int SCANS = 400;
    private static final FrameFuzz FUZZ = new FrameFuzz();

    private final FrameDescription description = new FrameDescription("fuzz", 1 << 20, BLOCK, 4, 64,
            Backing.ANONYMOUS, Map.of());
    private final Frame frame;
    private final byte[] image;
    private final int[] numbers = new int[3];
    /** Of the boots of this input; a view has memory of its own, which only revoking it frees. */
    private final List<View> views = new ArrayList<>();

    private FrameFuzz() {
        try {
            frame = Frame.open(Files.createTempDirectory("fuzz"), description);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fill();
        image = frame.memory().asSlice(0, description.memory())
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    /** What Jazzer calls. */
    public static void fuzzerTestOneInput(byte[] input) {
        FUZZ.run(input);
    }

    /** Three partitions with unread messages, chunks, pads and acknowledgements of all kinds. */
    private void fill() {
        BlockMap blocks = new BlockMap(frame);
        PartitionTable table = new PartitionTable(frame);
        Attach attach = new Attach(frame);
        Holders holders = new Holders(64);
        Vsr vsr = new Vsr(frame, holders, (number, holder) -> {});
        for (int i = 0; i < numbers.length; i++) {
            int number = table.nextNumber();
            numbers[i] = number;
            blocks.give(number, BLOCK, IPCA);
            table.add(number, "p" + i, BLOCK);
            vsr.enter(number, "p" + i);
            MemoryRange own = blocks.ranges(number).get(0);
            frame.memory().asSlice(own.base(), own.size()).fill((byte) 0x77);
            attach.create(i, number, new MemoryRange(own.base(), IPCA));
            table.control(number, i);
            vsr.open(number, i);
        }
        Delivery chunks = Delivery.waiting(java.time.Duration.ofNanos(1));
        for (int from = 0; from < numbers.length; from++) {
            Holder me = holder(holders, numbers[from]);
            for (int to : numbers) {
                if (to != numbers[from]) {
                    Scanner scanner = scanner(vsr, holders, to, new Watch(vsr.area(to)));
                    for (int size = 0; size < 480; size += 61) {
                        vsr.send(me, to, MemorySegment.ofArray(new byte[size]),
                                size % 2 == 0 ? Delivery.TRY : Delivery.TRY.notified());
                        scanner.poll(size < 400 ? 1 : 0);
                    }
                    setAside(vsr, holders, me, to);
                    vsr.send(me, to, MemorySegment.ofArray(new byte[900]), chunks);
                }
            }
        }
    }

    /** One message becomes a dead letter, two are set aside. */
    private void setAside(Vsr vsr, Holders holders, Holder me, int to) {
        Watch failing = new Watch(vsr.area(to));
        failing.fails = true;
        for (RetryPolicy policy : new RetryPolicy[]{new RetryPolicy(1, 0),
                new RetryPolicy(3, Long.MAX_VALUE / 2)}) {
            Holder scanning = new Holder(holders, to, true);
            scanning.bind();
            Scanner scanner = new Scanner(vsr, vsr.area(to), scanning, frame.view(), failing,
                    policy);
            vsr.send(me, to, MemorySegment.ofArray(new byte[100]), Delivery.TRY.notified());
            scanner.poll(16);
        }
        vsr.send(me, to, MemorySegment.ofArray(new byte[50]), Delivery.TRY);
    }

    private static Holder holder(Holders holders, int number) {
        Holder holder = new Holder(holders, number, false);
        holder.bind();
        return holder;
    }

    private Scanner scanner(Vsr vsr, Holders holders, int number, Watch watch) {
        Holder me = new Holder(holders, number, true);
        me.bind();
        View view = frame.view();
        views.add(view);
        return new Scanner(vsr, vsr.area(number), me, view, watch, new RetryPolicy(2, 0));
    }

    private void run(byte[] input) {
        MemorySegment memory = frame.memory();
        MemorySegment.copy(MemorySegment.ofArray(image), 0, memory, 0, image.length);
        new Damage(frame, input).inflict();
        byte[] before = memory.asSlice(0, image.length)
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        try {
            attach(before);
        } finally {
            views.forEach(View::revoke);
            views.clear();
        }
    }

    /** As {@code Holdings.attach} does it, then a boot of each partition. */
    private void attach(byte[] before) {
        BlockMap blocks = new BlockMap(frame);
        PartitionTable table = new PartitionTable(frame);
        Attach attach = new Attach(frame);
        Holders holders = new Holders(64);
        Vsr vsr = new Vsr(frame, holders, (number, holder) -> {});
        table.repair();
        List<PartitionTable.Row> rows = table.rows();
        LongPredicate known = number -> rows.stream().anyMatch(row -> row.number() == number);
        blocks.freeUnless(known);
        resources(known);
        for (PartitionTable.Row row : rows) {
            vsr.enter(row.number(), row.name());
            if (row.control() >= 0
                    && !attach.valid(row.control(), row.number(), blocks.ranges(row.number()))) {
                table.control(row.number(), -1);
            }
        }
        vsr.stores().attachStores(table::known);
        for (PartitionTable.Row row : rows) {
            int control = table.control(row.number());
            if (control >= 0) {
                attach.repair(control, row.number(), vsr.stores().acknowledged());
                vsr.open(row.number(), control);
            }
        }
        vsr.stores().settleStores();
        vsr.attachTracks();
        for (PartitionTable.Row row : rows) {
            if (vsr.area(row.number()) != null) {
                boot(vsr, holders, blocks, row.number());
            }
        }
        int next = table.nextNumber();
        if (rows.stream().anyMatch(row -> row.number() == next)) {
            throw new AssertionError("number=" + next + " was given before");
        }
        outside(blocks, rows, vsr, before);
    }

    private void resources(LongPredicate known) {
        ProcessorMap processors = new ProcessorMap(frame);
        processors.freeUnless(known);
        SlotMap slots = new SlotMap(frame);
        slots.freeUnless(known);
        slots.rows().forEach(slots::set);
        Journal journal = new Journal(frame.memory(), frame.layout());
        journal.open().forEach(move -> journal.state(move, Move.State.UNDONE, "fuzzed"));
        if (!journal.open().isEmpty()) {
            throw new AssertionError("moves do not end: " + journal.open());
        }
        processors.settle(numbers[0], 3);
        if (processors.of(numbers[0]).size() != 3) {
            throw new AssertionError("processors=" + processors.of(numbers[0]));
        }
    }

    private void boot(Vsr vsr, Holders holders, BlockMap blocks, int number) {
        Area area = vsr.area(number);
        if (blocks.ranges(number).stream()
                .noneMatch(own -> own.contains(area.base(), area.capacity()))) {
            throw new AssertionError("the IPCA of number=" + number + " is not its own memory");
        }
        Watch watch = new Watch(area);
        Scanner scanner = scanner(vsr, holders, number, watch);
        scan(scanner);
        if (area.unread() != 0) {
            throw new AssertionError("unread=" + area.unread() + " after all was read");
        }
        int source = numbers[number == numbers[0] ? 1 : 0];
        Holder me = holder(holders, source);
        MemorySegment payload = MemorySegment.ofArray(new byte[]{'f', 'i', 'n', 'e'});
        if (vsr.send(me, number, payload, Delivery.TRY) < 0) {
            throw new AssertionError("no room in an empty IPCA");
        }
        scan(scanner);
        if (!"fine".equals(watch.last)) {
            throw new AssertionError("what was sent after the repair was not read: " + watch.last);
        }
        read(vsr, me, area);
    }

    private static void scan(Scanner scanner) {
        int scans = 0;
        while (scanner.poll(16) > 0) {
            if (++scans > SCANS) {
                throw new AssertionError("the scan comes to no end");
            }
        }
    }

    /**
     * A foreign read shows nothing of an IPCA whose messages have all been read, and no byte
     * beside it.
     */
    private static void read(Vsr vsr, Holder me, Area area) {
        MemorySegment target = MemorySegment.ofArray(new byte[(int) area.capacity()]);
        vsr.read(me, area.base(), target);
        if (target.mismatch(MemorySegment.ofArray(new byte[(int) area.capacity()])) >= 0) {
            throw new AssertionError("a foreign read shows what is deleted");
        }
        try {
            vsr.read(me, area.base() + area.capacity() - 8, target);
        } catch (HypervisorCallException e) {
            return;
        }
        if (vsr.lookUpTable().stream().noneMatch(
                one -> one.base() == area.base() + area.capacity())) {
            throw new AssertionError("a foreign read went beyond the VSR");
        }
    }

    /** Private memory is as it was. */
    private void outside(BlockMap blocks, List<PartitionTable.Row> rows, Vsr vsr, byte[] before) {
        MemorySegment was = MemorySegment.ofArray(before);
        for (PartitionTable.Row row : rows) {
            Area area = vsr.area(row.number());
            for (MemoryRange own : blocks.ranges(row.number())) {
                boolean holds = area != null && own.contains(area.base(), area.capacity());
                same(was, own.base(), holds ? area.base() : own.end());
                same(was, holds ? area.base() + area.capacity() : own.end(), own.end());
            }
        }
    }

    private void same(MemorySegment was, long from, long to) {
        if (from < to && frame.memory().asSlice(from, to - from)
                .mismatch(was.asSlice(from, to - from)) >= 0) {
            throw new AssertionError("private memory was changed at 0x" + Long.toHexString(from));
        }
    }

    /** Looks at everything it is shown, and sees that it lies in the IPCA. */
    private final class Watch implements Reader {
        private final Area area;
        private String last = "";
        private boolean fails;
        private int sum;

        private Watch(Area area) {
            this.area = area;
        }

        private void look(Message message) {
            MemorySegment payload = message.payload();
            long at = payload.address() - frame.memory().address();
            // What is offered again is a copy outside the frame.
            boolean inFrame = at >= 0 && at < description.memory();
            if (payload.byteSize() > 0 && inFrame && (at < area.base()
                    || at + payload.byteSize() > area.base() + area.capacity())) {
                throw new AssertionError("shown at 0x" + Long.toHexString(at));
            }
            for (long i = 0; i < payload.byteSize(); i++) {
                sum += message.getByte(i);
            }
            sum += message.sourceName().length();
        }

        @Override
        public boolean message(Message message) {
            look(message);
            last = message.text();
            return !fails && (sum & 7) != 1;
        }

        @Override
        public boolean chunk(Chunk chunk) {
            look(chunk);
            if ((sum & 3) == 1) {
                chunk.refuse();
            }
            return !fails;
        }

        @Override
        public void aborted(int source, long stream) {
            sum++;
        }

        @Override
        public void read(int receiver, long position) {
            sum++;
        }

        @Override
        public void poisoned(int source, long position, int attempts) {
            sum++;
        }

        @Override
        public void corrupted(long position, String what) {
            sum += what.length();
        }

        @Override
        public boolean stopping() {
            return false;
        }

        @Override
        public boolean waiting() {
            return false;
        }
    }
}
