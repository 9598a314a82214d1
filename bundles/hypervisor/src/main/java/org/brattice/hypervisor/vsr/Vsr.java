package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.brattice.api.DeadLetter;
import org.brattice.api.Delivery;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaEntry;
import org.brattice.api.IpcaService;
import org.brattice.api.Outcome;
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
    private final AtomicReferenceArray<Peer> peers;
    private final RetryStore retry;
    private final DeadLetters letters;
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
        this.retry = new RetryStore(frame.memory(), frame.layout());
        this.letters = new DeadLetters(frame.memory(), frame.layout(),
                frame.description().stores().letterLimit(), this::name);
        this.highest = (int) frame.word(FrameLayout.HEADER_NEXT_NUMBER) - 1;
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
     * Finds the messages set aside and the dead letters that an earlier process has left. Control thread,
     * when the partitions are entered and their IPCAs open, before any boot.
     *
     * @return what was damaged, in words
     */
    public List<String> attachStores() {
        List<String> damages = new ArrayList<>(retry.attach(this::known));
        Map<Integer, Set<Long>> aside = new HashMap<>();
        damages.addAll(letters.attach((receiver, position) -> {
            Area area = area(receiver);
            return area != null && Unread.waits(frame.memory(), layout(), area, position)
                    || aside.computeIfAbsent(receiver, retry::positions).contains(position);
        }));
        return damages;
    }

    /**
     * Puts a dead letter back into its receiver's retry queue, as the last one of its source. Any thread.
     *
     * @return why not, in words, or null
     */
    public String redeliver(long id) {
        synchronized (letters) {
            DeadLetter letter = letters.letter(id);
            String refusal = letter == null
                    ? "letter=" + id + " is unknown: list the letters"
                    : refusal(letter);
            if (refusal == null) {
                letters.drop(id);
                ring(letter.receiverNumber());
            }
            return refusal;
        }
    }

    /** Puts it back, or says why not. */
    private String refusal(DeadLetter letter) {
        String what = "letter=" + letter.id() + " ";
        if (!known(letter.receiverNumber())) {
            return what + "was sent to " + letter.receiver() + " with number="
                    + letter.receiverNumber() + ", which is gone for ever: export it, then drop it";
        }
        if (letter.chunk()) {
            return what
                    + "is a chunk of a larger message, which was refused as a whole: have it sent"
                    + " again";
        }
        if (letter.kept() < letter.length()) {
            return what + "has no payload: bytes=" + letter.length()
                    + " were more than dead.letter.limit of the frame description";
        }
        return retry.putBack(letter.receiverNumber(), letter.sourceNumber(),
                letters.record(letter.id()))
                        ? null
                        : what + "does not fit into the retry store, which has bytes="
                                + retry.free()
                                + " free: try again when messages set aside have been read";
    }

    /** Lets the time that records carry go on; to be called ten times a second. Control thread. */
    public void tick() {
        clock.tick();
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
        return new Area(frame, control, holders, peer(number).doorbell, watch, clock);
    }

    /** Moves an IPCA: on its scanner's thread, or where it has none at present on the control thread. */
    public void move(Area from, Area to) {
        long salvaged = new Remap(frame).move(from, to);
        peer(from.number()).area = to;
        from.succeeded(new Area.Succession(to, salvaged));
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
                ? retry.records(number)
                : Unread.of(frame.memory(), layout(), retry, area);
        int lacking = letters.addAll(number, unread, reason);
        if (lacking > 0 && area != null) {
            reopen(peer, area);
        }
        return lacking;
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
        long end = Chain.of(frame.memory().asSlice(area.base(), area.capacity()),
                Word.opaque(frame.memory(), at + FrameLayout.CONTROL_CURSOR)).end();
        Word.opaque(frame.memory(), at + FrameLayout.CONTROL_WAITERS, 0);
        Word.release(frame.memory(), at + FrameLayout.CONTROL_LEASE, Lease.FREE);
        peer.area = new Area(frame, area.control(), holders, peer.doorbell, watch, clock);
        area.succeeded(new Area.Succession(peer.area, end));
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
        retry.remove(number);
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
        try {
            if (me.outgoing.bytes() > recordLimit(receiver)) {
                return sendChunks(me, receiver, delivery);
            }
            if (delivery.notifies()) {
                me.outgoing.notifies();
            }
            return write(me, receiver, delivery.waitNanos());
        } finally {
            me.outgoing.clear();
        }
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
