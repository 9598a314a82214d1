package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;

/**
 * The virtual shared resource: the sum of all IPCAs, and the way in (S3). Who may reach what is decided
 * here and nowhere else. Partitions are entered and removed by the control thread; all else is called
 * by holders on their own threads.
 */
public final class Vsr {
    private final Frame frame;
    private final Holders holders;
    private final WaitGraph graph;
    private final Area.LeaseWatch watch;
    private final Clock clock = new Clock();
    private final AtomicReferenceArray<Peer> peers;
    private volatile int highest;

    /** A partition that can be named, with its IPCA as far as it has one. */
    private static final class Peer {
        private final int number;
        private final String name;
        private final Doorbell doorbell = new Doorbell();
        private volatile Area area;

        private Peer(int number, String name) {
            this.number = number;
            this.name = name;
        }
    }

    public Vsr(Frame frame, Holders holders, Area.LeaseWatch watch) {
        this.frame = frame;
        this.holders = holders;
        this.watch = watch;
        this.graph = new WaitGraph(frame.layout().partitions());
        this.peers = new AtomicReferenceArray<>(frame.layout().partitions());
        this.highest = (int) frame.word(FrameLayout.HEADER_NEXT_NUMBER) - 1;
    }

    /** Lets the time that records carry go on; to be called ten times a second. Control thread. */
    public void tick() {
        clock.tick();
    }

    int tenths() {
        return clock.tenths();
    }

    /** Enters a partition. Control thread. */
    public void enter(int number, String name) {
        highest = Math.max(highest, number);
        peers.set(index(number), new Peer(number, name));
    }

    /** Makes an area, whose control words are in the tables, the partition's IPCA. */
    public Area open(int number, int control) {
        Peer peer = peer(number);
        Area area = new Area(frame, control, holders, peer.doorbell, watch, clock);
        peer.area = area;
        return area;
    }

    /** An area to move a partition's IPCA to; its control words are in the tables. */
    public Area prepare(int number, int control) {
        Peer peer = peer(number);
        Area area = new Area(frame, control, holders, peer.doorbell, watch, clock);
        area.checked(peer.area != null && peer.area.checked());
        return area;
    }

    /** Whether those who write to a partition give payloads a checksum from now on. */
    public void checked(int number, boolean checked) {
        area(number).checked(checked);
    }

    /** Moves an IPCA: on its scanner's thread, or where it has none at present on the control thread. */
    public void move(Area from, Area to) {
        long salvaged = new Remap(frame).move(from, to);
        peer(from.number()).area = to;
        from.succeeded(new Area.Succession(to, salvaged));
    }

    /**
     * Removes a partition for ever; its writers' accesses throw from now on. Control thread.
     *
     * @return the lease that its IPCA had, to ask the holders whether its holder is gone
     */
    public long remove(int number) {
        Peer peer = peer(number);
        Area area = peer.area;
        long lease = Lease.FREE;
        if (area != null) {
            lease = area.storeMoved();
            area.view().revoke();
            area.succeeded(new Area.Succession(null, 0));
        }
        peers.set(index(number), null);
        abortStreams(number);
        return lease;
    }

    /** Aborts what a source has begun and can no longer end. */
    public void abortStreams(int source) {
        for (int i = 0; i < peers.length(); i++) {
            abortStreams(source, peers.get(i));
        }
    }

    /** IPCAs whose lease a partition's live holder has at this moment. Control thread. */
    public List<Area> heldBy(int holder) {
        List<Area> held = new ArrayList<>();
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            Area area = peer == null ? null : peer.area;
            long lease = area == null ? Lease.FREE : area.lease();
            if (Lease.held(lease) && !holders.gone(lease)) {
                Holder who = holders.of(lease);
                if (who != null && who.number() == holder) {
                    held.add(area);
                }
            }
        }
        return held;
    }

    /** The lease of an area, to ask the holders later whether its holder is gone. */
    public long leaseOf(Area area) {
        return area.lease();
    }

    /** Shuts all writers out; those that wait are told that there is no IPCA. */
    public void close() {
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            Area area = peer == null ? null : peer.area;
            if (area != null) {
                area.view().revoke();
                area.succeeded(new Area.Succession(null, 0));
            }
        }
    }

    private void abortStreams(int source, Peer peer) {
        if (peer != null && streams(peer.number).abortAll(index(source))) {
            peer.doorbell.ring();
        }
    }

    private Streams streams(int number) {
        return new Streams(frame.memory(), layout().page(index(number)));
    }

    private Peer peer(int number) {
        Peer peer = number > 0 ? peers.get(index(number)) : null;
        return peer != null && peer.number == number ? peer : null;
    }

    FrameLayout layout() {
        return frame.layout();
    }

    int index(int number) {
        return number % peers.length();
    }

    /** Number of the partition in a row of the tables, or 0. */
    int number(int index) {
        Peer peer = peers.get(index);
        return peer == null ? 0 : peer.number;
    }

    /** Name of a partition, also of one that has gone. */
    String name(int number) {
        Peer peer = peer(number);
        return peer == null ? "partition-" + number : peer.name;
    }

    /** Whether a number is a partition's at present. */
    public boolean known(int number) {
        return peer(number) != null;
    }

    /** Wakes a partition's event scan. */
    public void ring(int number) {
        Peer peer = peer(number);
        if (peer != null) {
            peer.doorbell.ring();
        }
    }

    /** Number of a partition by name, or 0. */
    public int number(String name) {
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            if (peer != null && peer.name.equals(name)) {
                return peer.number;
            }
        }
        return 0;
    }

    /** Names of all partitions, by number. */
    public List<String> names() {
        List<Peer> known = new ArrayList<>();
        for (int i = 0; i < peers.length(); i++) {
            if (peers.get(i) != null) {
                known.add(peers.get(i));
            }
        }
        known.sort((a, b) -> a.number - b.number);
        return known.stream().map(peer -> peer.name).toList();
    }

    /** A partition's IPCA, or null. */
    public Area area(int number) {
        Peer peer = peer(number);
        return peer == null ? null : peer.area;
    }

    /** The look-up table (S2). */
    public List<IpcaEntry> lookUpTable() {
        List<IpcaEntry> entries = new ArrayList<>();
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            Area area = peer == null ? null : peer.area;
            if (area != null) {
                entries.add(new IpcaEntry(peer.number, peer.name, area.base(), area.capacity()));
            }
        }
        entries.sort((a, b) -> a.number() - b.number());
        return entries;
    }

    /** Bytes of the largest payload that goes to a partition as one record; 0 without an IPCA. */
    public int recordLimit(int receiver) {
        Area area = area(receiver);
        return area == null ? 0 : area.payloadLimit();
    }

    /** The position up to which a receiver has read what a partition asked to be notified of. */
    public long readBy(int source, int receiver) {
        return known(receiver)
                ? new Peers(frame.memory(), layout()).readBy(index(source), index(receiver))
                : -1;
    }

    /** Sends one segment; see {@link IpcaService#send(int, MemorySegment, Delivery)}. */
    public long send(Holder me, int receiver, MemorySegment payload, Delivery delivery) {
        checkReceiver(me, receiver);
        me.outgoing.message(me.number(), payload);
        return send(me, receiver, delivery);
    }

    /** Sends several segments; see {@link IpcaService#send(int, List, Delivery)}. */
    public long send(Holder me, int receiver, List<MemorySegment> parts, Delivery delivery) {
        checkReceiver(me, receiver);
        me.outgoing.message(me.number(), parts);
        return send(me, receiver, delivery);
    }

    private long send(Holder me, int receiver, Delivery delivery) {
        try {
            Area area = area(receiver);
            if (area == null || me.outgoing.bytes() > area.payloadLimit()) {
                return sendChunks(me, receiver, delivery);
            }
            if (delivery.notifies()) {
                me.outgoing.notifies();
            }
            return write(me, area, delivery.waitNanos());
        } finally {
            me.outgoing.clear();
        }
    }

    /** Sends a batch; see {@link IpcaService#sendBatch}. */
    public int sendBatch(Holder me, int receiver, MemorySegment messages, int size,
            Delivery delivery) {
        checkReceiver(me, receiver);
        Area area = area(receiver);
        if (area == null) {
            return (int) IpcaService.NO_IPCA;
        }
        checkBatch(messages.byteSize(), size, area);
        me.outgoing.batch(me.number(), messages, size, delivery.notifies());
        try {
            return sections(me, receiver, messages.byteSize() / size, delivery.waitNanos());
        } finally {
            me.outgoing.clear();
        }
    }

    private static void checkBatch(long bytes, int size, Area area) {
        if (size < 1 || size > area.payloadLimit()) {
            throw new HypervisorCallException("size=" + size + " of a batch must be 1 to "
                    + area.payloadLimit() + ", this receiver's recordLimit");
        }
        if (bytes % size != 0 || bytes / size > Integer.MAX_VALUE) {
            throw new HypervisorCallException("bytes=" + bytes + " are no whole number of messages"
                    + " of size=" + size + ", or more than " + Integer.MAX_VALUE);
        }
    }

    private int sections(Holder me, int receiver, long messages, long waitNanos) {
        long deadline = waitNanos == 0 ? 0 : System.nanoTime() + waitNanos;
        int sent = 0;
        while (sent < messages) {
            Area area = area(receiver);
            if (area == null) {
                return sent > 0 ? sent : (int) IpcaService.NO_IPCA;
            }
            me.outgoing.section(sent, RecordLayout.recordLimit(area.capacity()));
            long rest = waitNanos == 0 ? 0 : Math.max(0, deadline - System.nanoTime());
            long result = write(me, area, rest);
            if (result < 0) {
                return sent > 0 ? sent : (int) result;
            }
            sent += me.outgoing.records();
        }
        return sent;
    }

    private void checkReceiver(Holder me, int receiver) {
        if (receiver == me.number()) {
            throw new HypervisorCallException("receiver=" + receiver
                    + " is the caller itself: a partition's own IPCA is no destination");
        }
        if (receiver <= 0 || receiver > highest) {
            throw new HypervisorCallException("receiver=" + receiver
                    + " is no partition's number: look it up with IpcaService.number(name)");
        }
    }

    /** Writes one record, following the receiver's IPCA when it moves. */
    long write(Holder me, int receiver, long waitNanos) {
        Area area = area(receiver);
        return area == null ? IpcaService.NO_IPCA : write(me, area, waitNanos);
    }

    private long write(Holder me, Area first, long waitNanos) {
        Area area = first;
        me.outgoing.stage(me, frame.memory());
        me.outgoing.checked(first.checked());
        while (true) {
            long result = area.write(me, graph, waitNanos);
            if (result != Area.MOVED) {
                return result;
            }
            Area.Succession next = awaitSuccession(area);
            if (me.committed >= 0 && me.committed < next.salvaged()) {
                return me.committed;
            }
            if (next.area() == null) {
                return IpcaService.NO_IPCA;
            }
            area = next.area();
        }
    }

    private static Area.Succession awaitSuccession(Area area) {
        Area.Succession next;
        while ((next = area.succession()) == null) {
            Thread.yield();
        }
        return next;
    }

    private long sendChunks(Holder me, int receiver, Delivery delivery) {
        if (delivery.waitNanos() == 0) {
            if (area(receiver) == null) {
                return IpcaService.NO_IPCA;
            }
            throw new HypervisorCallException("bytes=" + me.outgoing.bytes()
                    + " is more than a record of this receiver holds, recordLimit="
                    + recordLimit(receiver)
                    + ": send it with a Delivery that waits, and it goes in chunks");
        }
        Peer peer = peer(receiver);
        return peer == null || peer.area == null
                ? IpcaService.NO_IPCA
                : new ChunkedSend(this, me, receiver, streams(receiver)).send(delivery,
                        peer.doorbell);
    }

    /** Sends to all others; see {@link IpcaService#broadcast}. */
    public List<Outcome> broadcast(Holder me, MemorySegment payload, Delivery delivery) {
        return new Broadcast(this, me, payload, delivery).send();
    }

    /** Foreign read (S5); see {@link IpcaService#read}. */
    public void read(Holder me, long address, MemorySegment target) {
        new ForeignRead(this, me).read(address, target);
    }
}
