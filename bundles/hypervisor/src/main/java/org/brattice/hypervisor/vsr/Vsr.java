package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.brattice.api.Blockage;
import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;
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
    private final Tracks tracks;
    private final AtomicReferenceArray<Peer> peers;
    private volatile int highest;

    /** A partition that can be named, with its IPCA as far as it has one. */
    private static final class Peer {
        private final int number;
        private final String name;
        private final Doorbell doorbell = new Doorbell();
        private final WaitQueue queue;
        private volatile Area area;
        private volatile Seen seen = Seen.NONE;

        private Peer(int number, String name, WaitQueue queue) {
            this.number = number;
            this.name = name;
            this.queue = queue;
        }
    }

    /** A lease, and when it was first seen. */
    private record Seen(long lease, long nanos) {
        private static final Seen NONE = new Seen(Lease.FREE, 0);
    }

    public Vsr(Frame frame, Holders holders, Area.LeaseWatch watch) {
        this.frame = frame;
        this.holders = holders;
        this.watch = watch;
        this.tracks = new Tracks(frame.memory(), frame.layout());
        this.graph = new WaitGraph(frame.layout().partitions());
        this.peers = new AtomicReferenceArray<>(frame.layout().partitions());
        this.highest = (int) frame.word(FrameLayout.HEADER_NEXT_NUMBER) - 1;
    }

    /**
     * Lets the time that records carry go on, and passes over those who were called and do not come; to
     * be called ten times a second. Control thread.
     */
    public void tick() {
        clock.tick();
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            if (peer != null) {
                peer.queue.pass();
                look(peer);
            }
        }
    }

    /** So that one can tell later for how long a lease has been held at least. */
    private static void look(Peer peer) {
        Area area = peer.area;
        long lease = area == null ? Lease.FREE : area.lease();
        if (lease != peer.seen.lease) {
            peer.seen = Lease.held(lease) ? new Seen(lease, System.nanoTime()) : Seen.NONE;
        }
    }

    /** Enters a partition. Control thread. */
    public void enter(int number, String name) {
        highest = Math.max(highest, number);
        WaitQueue queue = new WaitQueue(peers.length(), sender -> call(sender, number));
        peers.set(index(number), new Peer(number, name, queue));
    }

    /** Makes an area, whose control words are in the tables, the partition's IPCA. */
    public Area open(int number, int control) {
        Peer peer = peer(number);
        Area area = new Area(frame, control, holders, peer.doorbell, peer.queue, watch, clock);
        peer.queue.open(area);
        peer.area = area;
        return area;
    }

    /** An area to move a partition's IPCA to; its control words are in the tables. */
    public Area prepare(int number, int control) {
        Peer peer = peer(number);
        return new Area(frame, control, holders, peer.doorbell, peer.queue, watch, clock);
    }

    /** Moves an IPCA: on its scanner's thread, or where it has none at present on the control thread. */
    public void move(Area from, Area to) {
        long salvaged = new Remap(frame).move(from, to);
        Peer peer = peer(from.number());
        peer.queue.open(to);
        peer.area = to;
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
        peer.queue.wakeAll();
        tracks.lost(number, 0, Long.MAX_VALUE);
        endOf(number);
        for (int i = 0; i < peers.length(); i++) {
            if (peers.get(i) != null) {
                peers.get(i).queue.hold(number, false);
            }
        }
        return lease;
    }

    /** A partition's boot has ended: nobody is to call it, and what it has begun is aborted. */
    public void endOf(int source) {
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            if (peer != null) {
                peer.queue.forget(source);
            }
        }
        abortStreams(source);
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
            peer.queue.streams().freed();
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

    /** There is room for a sender at a receiver: its event scan is to come. Any thread. */
    private void call(int sender, int receiver) {
        if (known(sender)) {
            new Peers(frame.memory(), layout()).room(index(sender), index(receiver));
            ring(sender);
        }
    }

    /**
     * Holds a sender back at a receiver, or lets it go on: while it is held back it finds no room there,
     * and its waits are in nobody's way. Kept until the process ends or one of both is gone. Any thread.
     *
     * @return whether that changed anything
     */
    public boolean holdBack(int receiver, int source, boolean back) {
        Peer peer = peer(receiver);
        return peer != null && peer.queue.hold(source, back);
    }

    /** Whether a sender is held back at a receiver. */
    public boolean heldBack(int receiver, int source) {
        Peer peer = peer(receiver);
        return peer != null && peer.queue.heldBack(source);
    }

    /** Begins a sender's turn at a receiver, if it has one: its sends go as the first in line. */
    boolean beginTurn(Holder me, int receiver) {
        Peer peer = peer(receiver);
        return peer != null && peer.queue.begin(me);
    }

    /** Ends a turn that was begun. */
    void endTurn(Holder me, int receiver) {
        Peer peer = peer(receiver);
        if (peer != null) {
            peer.queue.end(me);
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
        return area == null
                ? 0
                : (int) RecordLayout.recordLimit(area.capacity()) - RecordLayout.HEADER;
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
        return send(me, receiver, delivery, delivery.waitNanos());
    }

    /** Sends what is outgoing, waiting for so long. */
    long send(Holder me, int receiver, Delivery delivery, long waitNanos) {
        try {
            return delivery.tracks()
                    ? tracked(me, receiver, delivery, waitNanos)
                    : untracked(me, receiver, delivery, waitNanos);
        } finally {
            me.outgoing.clear();
        }
    }

    private long tracked(Holder me, int receiver, Delivery delivery, long waitNanos) {
        long track = tracks.take(index(me.number()), receiver);
        if (track == Tracks.NONE) {
            return IpcaService.NO_ROOM;
        }
        long result = IpcaService.NO_ROOM;
        try {
            me.outgoing.tracks(frame.memory(), track);
            result = untracked(me, receiver, delivery, waitNanos);
            return result;
        } finally {
            if (result < 0) {
                tracks.free(track);
            } else {
                tracks.sent(track);
            }
        }
    }

    private long untracked(Holder me, int receiver, Delivery delivery, long waitNanos) {
        if (me.outgoing.bytes() > recordLimit(receiver)) {
            return sendChunks(me, receiver, delivery);
        }
        if (delivery.notifies()) {
            me.outgoing.notifies();
        }
        long result = write(me, receiver, waitNanos);
        return result == IpcaService.NO_ROOM && delivery.wakes()
                ? callWhenRoom(me, receiver)
                : result;
    }

    /** What has become of a message; see {@link IpcaService#track}. */
    public Optional<Tracking> track(int source, int receiver, long position) {
        return tracks.look(index(source), receiver, position);
    }

    /** The first message that a partition has not read, or null. Any thread. */
    public Blockage.Unread oldestUnread(int number) {
        Area area = area(number);
        return area == null ? null : new Glance(frame, area, this::name).oldest();
    }

    /** Who writes to a partition's IPCA at this moment, or null. Any thread. */
    public Blockage.Lease lease(int number) {
        Peer peer = peer(number);
        Area area = peer == null ? null : peer.area;
        long lease = area == null ? Lease.FREE : area.lease();
        if (!Lease.held(lease) || holders.gone(lease)) {
            return null;
        }
        Holder holder = holders.of(lease);
        Seen seen = peer.seen;
        long nanos = seen.lease == lease ? System.nanoTime() - seen.nanos : 0;
        return holder == null
                ? null
                : new Blockage.Lease(name(holder.number()), holder.scanning(),
                        Duration.ofNanos(nanos));
    }

    /** Who waits for room in a partition's IPCA, in order. Any thread. */
    public List<Blockage.InLine> line(int number) {
        Peer peer = peer(number);
        return peer == null
                ? List.of()
                : peer.queue.line(Blockage.LINE_LIMIT).stream()
                        .map(spot -> new Blockage.InLine(name(spot.number()), spot.wakes(),
                                Duration.ofNanos(spot.nanos()), spot.bytes(), spot.heldBack()))
                        .toList();
    }

    /** The partition for whose room a partition's event scan waits, or null. Any thread. */
    public String waitsFor(int number) {
        int other = known(number) ? graph.waitsFor(number) : -1;
        Peer peer = other < 0 ? null : peers.get(other);
        return peer == null ? null : peer.name;
    }

    /** Puts in order what senders track, when all IPCAs of an earlier process are open. */
    public void attachTracks() {
        Tracks.Ends ends = new Tracks.Ends() {
            @Override
            public long end(int receiver) {
                Area area = area(receiver);
                return area == null ? -1 : area.end();
            }

            @Override
            public long head(int receiver) {
                return area(receiver).head();
            }
        };
        for (int i = 0; i < peers.length(); i++) {
            if (peers.get(i) != null) {
                tracks.attach(i, ends);
            }
        }
    }

    /**
     * Opens a chunked message to a receiver, waiting for one of those on their way to be through.
     *
     * @return its entry, or NO_ROOM, NO_IPCA, DEADLOCK
     */
    int openStream(Holder me, int receiver, Streams streams, long waitNanos) {
        Peer peer = peer(receiver);
        if (peer == null) {
            return (int) IpcaService.NO_IPCA;
        }
        StreamLine line = peer.queue.streams();
        int row = index(me.number());
        int entry = line.waiting() ? Streams.NONE : streams.open(me.number(), row);
        if (entry != Streams.NONE) {
            return entry;
        }
        if (me.scanning() && !graph.enter(me.number(), receiver)) {
            return (int) IpcaService.DEADLOCK;
        }
        try {
            entry = line.await(streams, me, row, waitNanos, () -> receives(peer));
        } finally {
            if (me.scanning()) {
                graph.leave(me.number());
            }
        }
        if (entry != Streams.NONE) {
            return entry;
        }
        return (int) (receives(peer) ? IpcaService.NO_ROOM : IpcaService.NO_IPCA);
    }

    private static boolean receives(Peer peer) {
        Area.Succession next = peer.area.succession();
        return next == null || next.area() != null;
    }

    /** A chunked message to a receiver is no longer on its way. */
    void streamFreed(int receiver) {
        Peer peer = peer(receiver);
        if (peer != null) {
            peer.queue.streams().freed();
        }
    }

    /** Takes a place in line for the record that found no room. */
    long callWhenRoom(Holder me, int receiver) {
        Peer peer = peer(receiver);
        if (peer == null) {
            return IpcaService.NO_IPCA;
        }
        peer.queue.callWhenRoom(me, me.outgoing.size());
        return IpcaService.NO_ROOM;
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
        if (area == null) {
            return IpcaService.NO_IPCA;
        }
        me.outgoing.stage(me, frame.memory());
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
