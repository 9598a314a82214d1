package org.brattice.hypervisor.vsr;

import java.time.Duration;
import java.util.List;

import org.brattice.api.Blockage;
import org.brattice.hypervisor.memory.Frame;

/** Who blocks whom, as far as it can be seen without stopping anybody. Any thread. */
public final class Blockages {
    private final Vsr vsr;
    private final Frame frame;
    private final Holders holders;
    private final WaitGraph graph;

    Blockages(Vsr vsr, Frame frame, Holders holders, WaitGraph graph) {
        this.vsr = vsr;
        this.frame = frame;
        this.holders = holders;
        this.graph = graph;
    }

    /** The first message that a partition has not read, or null. Any thread. */
    public Blockage.Unread oldestUnread(int number) {
        Area area = vsr.area(number);
        Blockage.Unread aside = vsr.retry().oldest(number, vsr::name);
        Blockage.Unread inRing = null;
        try {
            inRing = area == null ? null : new Glance(frame, area, vsr::name).oldest();
        } catch (InternalError e) {
            // Lost memory: the IPCA is about to move away from it, and nobody here writes.
            return aside;
        }
        return aside == null || inRing != null && inRing.position() < aside.position()
                ? inRing
                : aside;
    }

    /** Who writes to a partition's IPCA at this moment, or null. Any thread. */
    public Blockage.Lease lease(int number) {
        Peer peer = vsr.peer(number);
        long lease = peer == null ? Lease.FREE : peer.lease();
        if (!Lease.held(lease) || holders.gone(lease)) {
            return null;
        }
        Holder holder = holders.of(lease);
        return holder == null
                ? null
                : new Blockage.Lease(vsr.name(holder.number()), holder.scanning(),
                        Duration.ofNanos(peer.heldFor(lease)));
    }

    /** Who waits for room in a partition's IPCA, in order. Any thread. */
    public List<Blockage.InLine> line(int number) {
        Peer peer = vsr.peer(number);
        return peer == null
                ? List.of()
                : peer.queue.line(Blockage.LINE_LIMIT).stream()
                        .map(spot -> new Blockage.InLine(vsr.name(spot.number()), spot.wakes(),
                                Duration.ofNanos(spot.nanos()), spot.bytes(), spot.heldBack()))
                        .toList();
    }

    /** The partition for whose room a partition's event scan waits, or null. Any thread. */
    public String waitsFor(int number) {
        int other = vsr.known(number) ? graph.waitsFor(number) : -1;
        Peer peer = other < 0 ? null : vsr.peerAt(other);
        return peer == null ? null : peer.name;
    }
}
