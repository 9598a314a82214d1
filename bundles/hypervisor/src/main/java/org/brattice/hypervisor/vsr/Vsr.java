package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
import org.brattice.api.Tracking;
import org.brattice.api.UnreadMessage;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * The virtual shared resource: the sum of all IPCAs, and the way in (S3). Who may reach what is decided
 * here and nowhere else. Partitions are entered and removed by the control thread; all else is called
 * by holders on their own threads.
 */
public final class Vsr {
    private static final int SHUT_TRIES = 1000;

    private final Frame frame;
    private final Holders holders;
    private final WaitGraph graph;
    private final Area.LeaseWatch watch;
    private final Clock clock = new Clock();
    private final Tracks tracks;
    private final Peers answers;
    private final AtomicReferenceArray<Peer> peers;
    private final int rows;
    private final int mask;
    private final Stores stores;
    private final Blockages blockages;
    private final RetryStore retry;
    private final DeadLetters letters;
    private volatile int highest;

    public Vsr(Frame frame, Holders holders, Area.LeaseWatch watch) {
        this.frame = frame;
        this.holders = holders;
        this.watch = watch;
        this.tracks = new Tracks(frame.memory(), frame.layout());
        this.answers = new Peers(frame.memory(), frame.layout());
        this.graph = new WaitGraph(frame.layout().partitions());
        this.rows = frame.layout().partitions();
        this.mask = Integer.bitCount(rows) == 1 ? rows - 1 : 0;
        this.peers = new AtomicReferenceArray<>(rows);
        this.stores = new Stores(this, frame);
        this.retry = stores.retry();
        this.letters = stores.letters();
        this.blockages = new Blockages(this, frame, holders, graph);
        this.highest = (int) frame.word(FrameLayout.HEADER_NEXT_NUMBER) - 1;
    }

    /** What was set aside and what was given up. */
    public Stores stores() {
        return stores;
    }

    /** Who blocks whom. */
    public Blockages blockages() {
        return blockages;
    }

    /** Messages set aside for their receivers. */
    public RetryStore retry() {
        return retry;
    }

    /** Messages that were given up. */
    public DeadLetters letters() {
        return letters;
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
                peer.look();
            }
        }
    }

    int tenths() {
        return clock.tenths();
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
        Area area = new Area(frame, control, holders, peer.doorbell, peer.queue, watch, clock);
        area.checked(peer.area != null && peer.area.checked());
        return area;
    }

    /** Whether those who write to a partition give payloads a checksum from now on. */
    public void checked(int number, boolean checked) {
        area(number).checked(checked);
    }

    /** Moves an IPCA: on its scanner's thread, or where it has none at present on the control thread. */
    public void move(Area from, Area to) {
        Area.Succession next = new Remap(frame).move(from, to);
        Peer peer = peer(from.number());
        peer.queue.open(to);
        peer.area = to;
        from.succeeded(next);
    }

    /** What {@link #bury} has done when a live holder of the lease was in the way: try again. */
    public static final int BUSY = -1;

    /**
     * Shuts the senders of a partition out and turns what it has not read into dead letters. When they do
     * not all fit nothing is changed, and its senders go on. Its boot can reach nothing more; to be
     * followed by {@link #remove} at once. Control thread.
     *
     * @return how many messages do not fit, or {@link #BUSY}
     */
    public int bury(int number, String reason) {
        Peer peer = peer(number);
        Area area = peer.area;
        if (area != null && !shut(area)) {
            return BUSY;
        }
        List<Unread> unread = area == null
                ? retry.records(number).stream().filter(one -> !one.announced()).toList()
                : Unread.of(frame.memory(), layout(), retry, area);
        int lacking = letters.addAll(number, unread, reason);
        if (lacking > 0 && area != null) {
            reopen(peer, area);
        }
        return lacking;
    }

    /**
     * Turns all that a partition has not read into dead letters, and its senders go on with an empty IPCA. When
     * they do not all fit nothing is changed. It has no boot. Control thread.
     *
     * @return how many messages do not fit, or {@link #BUSY}
     */
    public int empty(int number, String reason) {
        Peer peer = peer(number);
        Area area = peer.area;
        if (area == null) {
            return 0;
        }
        int lacking = bury(number, reason);
        if (lacking != 0) {
            return lacking;
        }
        retry.remove(number);
        streams(number).drop();
        long at = layout().controls(area.control());
        long cursor = Word.opaque(frame.memory(), at + FrameLayout.CONTROL_CURSOR);
        long end = Chain.of(frame.memory().asSlice(area.base(), area.capacity()), cursor).end();
        tracks.lost(number, 0, end);
        Word.release(frame.memory(), at + FrameLayout.CONTROL_CURSOR, end);
        Word.release(frame.memory(), at + FrameLayout.CONTROL_HEAD, end);
        Word.opaque(frame.memory(), at + FrameLayout.CONTROL_CACHED_HEAD, end);
        reopen(peer, area);
        peer.queue.holdNobody();
        peer.queue.wakeAll();
        return 0;
    }

    /** For how many of what a partition has not read there are no letters, as far as can be seen while it runs. */
    public int lackingLetters(int number) {
        Area area = area(number);
        return area == null
                ? 0
                : letters.lacking(number, Unread.of(frame.memory(), layout(), retry, area));
    }

    /** Takes the lease away from everybody when nobody holds it, so that no writer can be inside. */
    private boolean shut(Area area) {
        long at = layout().controls(area.control()) + FrameLayout.CONTROL_LEASE;
        for (int tries = 0; tries < SHUT_TRIES; tries++) {
            long lease = area.lease();
            boolean free = lease == Lease.FREE || Lease.held(lease) && holders.gone(lease);
            if (free && Word.compareAndSet(frame.memory(), at, lease, Lease.MOVED)) {
                return true;
            }
            Thread.yield();
        }
        return false;
    }

    /** Lets the senders of a shut IPCA go on, where it lies. */
    private void reopen(Peer peer, Area area) {
        area.view().revoke();
        long at = layout().controls(area.control());
        MemorySegment ring = frame.memory().asSlice(area.base(), area.capacity());
        long end = Chain.of(ring, Word.opaque(frame.memory(), at + FrameLayout.CONTROL_CURSOR))
                .end();
        Word.opaque(frame.memory(), at + FrameLayout.CONTROL_TAIL, end);
        Wipe.zero(ring, end, area.head() + area.capacity());
        Word.opaque(frame.memory(), at + FrameLayout.CONTROL_WAITERS, 0);
        Word.release(frame.memory(), at + FrameLayout.CONTROL_LEASE, Lease.FREE);
        Area again = new Area(frame, area.control(), holders, peer.doorbell, peer.queue, watch,
                clock);
        again.checked(area.checked());
        peer.area = again;
        peer.queue.open(again);
        area.succeeded(new Area.Succession(again, end, Set.of()));
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
            area.succeeded(Area.Succession.NONE);
        }
        peers.set(index(number), null);
        retry.remove(number);
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
                area.succeeded(Area.Succession.NONE);
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

    Peer peer(int number) {
        Peer peer = number > 0 ? peers.get(index(number)) : null;
        return peer != null && peer.number == number ? peer : null;
    }

    FrameLayout layout() {
        return frame.layout();
    }

    /** The row of a partition: no division where their number is a power of two. */
    int index(int number) {
        return mask != 0 ? number & mask : number % rows;
    }

    /** The partition in a row of the tables, or null. */
    Peer peerAt(int index) {
        return peers.get(index);
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

    /**
     * Answers again what lies between head and cursor: a boot that was shut out behind its read mark may
     * owe it. On the thread of the partition's scanner, before it scans.
     */
    void answerAgain(Area area, long head, long cursor) {
        new Attach(frame).acknowledge(frame.memory().asSlice(area.base(), area.capacity()),
                area.number(), head, cursor, stores.acknowledged());
        for (int i = 0; i < rows; i++) {
            Peer peer = peers.get(i);
            if (peer != null) {
                peer.doorbell.ring();
            }
        }
    }

    /** There is room for a sender at a receiver: its event scan is to come. Any thread. */
    private void call(int sender, int receiver) {
        if (known(sender)) {
            answers.room(index(sender), index(receiver));
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
        return area == null ? 0 : area.payloadLimit();
    }

    /** The position up to which a receiver has read what a partition asked to be notified of. */
    public long readBy(int source, int receiver) {
        return known(receiver)
                ? answers.readBy(index(source), index(receiver))
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

    /**
     * Writes the announcement of a resource move to the winner's IPCA, in the name of the holder's partition.
     *
     * @return its position, or as {@link IpcaService#send(int, MemorySegment, Delivery)}
     */
    public long announce(Holder me, int receiver, MemorySegment payload, long waitNanos) {
        checkReceiver(me, receiver);
        Area area = area(receiver);
        if (area == null) {
            return IpcaService.NO_IPCA;
        }
        me.outgoing.message(me.number(), payload);
        me.outgoing.announces();
        try {
            return write(me, area, waitNanos);
        } finally {
            me.outgoing.clear();
        }
    }

    /**
     * The same by the control thread, which waits for nobody: not for room, nor for an IPCA that moves, as
     * it is itself who moves it.
     */
    public long announceAtOnce(Holder me, int receiver, MemorySegment payload) {
        checkReceiver(me, receiver);
        Area area = area(receiver);
        if (area == null) {
            return IpcaService.NO_IPCA;
        }
        me.outgoing.message(me.number(), payload);
        me.outgoing.announces();
        try {
            me.outgoing.checked(area.checked());
            long result = writeIn(area, me, 0);
            return result == Area.MOVED ? IpcaService.NO_ROOM : result;
        } finally {
            me.outgoing.clear();
        }
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
            }
        }
    }

    private long untracked(Holder me, int receiver, Delivery delivery, long waitNanos) {
        Area area = area(receiver);
        if (area == null || me.outgoing.bytes() > area.payloadLimit()) {
            return sendChunks(me, receiver, delivery);
        }
        if (delivery.notifies()) {
            me.outgoing.notifies();
        }
        long result = write(me, area, waitNanos);
        return result == IpcaService.NO_ROOM && delivery.wakes()
                ? callWhenRoom(me, receiver)
                : result;
    }

    /** What has become of a message; see {@link IpcaService#track}. */
    public Optional<Tracking> track(int source, int receiver, long position) {
        return tracks.look(index(source), receiver, position);
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
            long result = writeIn(area, me, waitNanos);
            if (result != Area.MOVED) {
                return result;
            }
            Area.Succession next = awaitSuccession(me, area);
            if (next == null) {
                return IpcaService.NO_ROOM;
            }
            if (me.committed >= 0 && next.holds(me.committed)) {
                return me.committed;
            }
            if (next.area() == null) {
                return IpcaService.NO_IPCA;
            }
            area = next.area();
        }
    }

    private long writeIn(Area area, Holder me, long waitNanos) {
        try {
            return area.write(me, graph, waitNanos);
        } catch (InternalError e) {
            // Optimised code meets lost memory late: then the record is behind its section.
            return area.damaged(me);
        }
    }

    /** Where it went; null when one's own event scan, which must go on, is needed for a move like it. */
    private Area.Succession awaitSuccession(Holder me, Area area) {
        Area.Succession next;
        while ((next = area.succession()) == null) {
            Area own = me.scanning() ? area(me.number()) : null;
            if (own != null && own.suspect() && area.suspect()) {
                return null;
            }
            Thread.yield();
        }
        return next;
    }

    /** An IPCA that cannot be moved away from lost memory: nobody writes to it again. Control thread. */
    public void abandon(Area area) {
        area.view().revoke();
        area.succeeded(Area.Succession.NONE);
    }

    /** All IPCAs that can be written. */
    public List<Area> areas() {
        List<Area> areas = new ArrayList<>();
        for (int i = 0; i < peers.length(); i++) {
            Peer peer = peers.get(i);
            if (peer != null && peer.area != null) {
                areas.add(peer.area);
            }
        }
        return areas;
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

    /**
     * Copies of the messages that lie unread in a partition's IPCA, oldest first; none when it has no IPCA, or its lease
     * cannot be had.
     */
    public List<UnreadMessage> remains(Holder me, int number, int limit) {
        Area area = area(number);
        List<UnreadMessage> unread = new ArrayList<>();
        if (area != null) {
            Remains remains = new Remains(frame.memory(), layout(), area);
            for (int tries = 0; tries < SHUT_TRIES; tries++) {
                if (area.exclusively(me, () -> remains.first(limit)
                        .forEach(one -> unread.add(new UnreadMessage(one.source(),
                                name(one.source()), one.position(), one.payload()))))) {
                    break;
                }
                Thread.yield();
            }
        }
        return unread;
    }

    /** Changes a byte of a record where it lies, unless it is read before that, for trying what comes of it. */
    public void corrupt(Holder me, int number, long position) {
        for (int tries = 0; tries < SHUT_TRIES; tries++) {
            Area area = area(number);
            try {
                if (area == null || area.corrupt(me, position)) {
                    return;
                }
            } catch (IllegalStateException e) {
                if (!area.view().revoked()) {
                    throw e;
                }
                // It has moved meanwhile.
            }
            Thread.yield();
        }
    }
}
