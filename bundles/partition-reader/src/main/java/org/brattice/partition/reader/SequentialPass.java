package org.brattice.partition.reader;

import java.lang.foreign.MemorySegment;

/**
 * Digests the device from its first byte to its last. Blocks that overtake others (because a reply
 * was lost and asked for again) are parked in partition memory until their turn comes.
 */
final class SequentialPass implements Pass {
    private final Device device;
    private final MemorySegment parking;
    private final boolean[] parked = new boolean[Requests.WINDOW];
    private final long[] hashes;
    private final Sha256 whole = new Sha256();
    private final Sha256 single = new Sha256();
    private int asked;
    private int digested;

    /**
     * @param parking partition memory, a window of blocks
     * @param hashes receives a hash of each block, or null when they are not wanted
     */
    SequentialPass(Device device, MemorySegment parking, long[] hashes) {
        this.device = device;
        this.parking = parking;
        this.hashes = hashes;
    }

    @Override
    public int next() {
        boolean more = asked < device.blocks() && asked - digested < Requests.WINDOW;
        return more ? asked++ : -1;
    }

    @Override
    public void take(int block, MemorySegment bytes) {
        if (block != digested) {
            place(block).copyFrom(bytes);
            parked[block % Requests.WINDOW] = true;
            return;
        }
        digest(bytes);
        while (!done() && parked[digested % Requests.WINDOW]) {
            parked[digested % Requests.WINDOW] = false;
            digest(place(digested));
        }
    }

    @Override
    public boolean done() {
        return digested == device.blocks();
    }

    /** The digest of the whole device, once, when the pass is done. */
    String hex() {
        return whole.hex();
    }

    private void digest(MemorySegment bytes) {
        whole.update(bytes);
        if (hashes != null) {
            hashes[digested] = single.first(bytes);
        }
        digested++;
    }

    private MemorySegment place(int block) {
        long place = (long) (block % Requests.WINDOW) * Device.LONGEST_BLOCK;
        return parking.asSlice(place, device.length(block));
    }
}
