package org.brattice.hypervisor.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.brattice.api.FrameInfo;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IoAdapter;
import org.brattice.hypervisor.memory.FrameDescription.Device;
import org.brattice.hypervisor.memory.FrameLayout;

/**
 * The frame's I/O slots: each has one owner or none, and an adapter or none. They come from the frame description, and
 * with adapters that bundles publish. Any thread, under this object's monitor.
 */
public final class Slots {
    private final Map<String, Slot> slots = new TreeMap<>();

    /**
     * Who has to do with a slot.
     *
     * @param location its location code
     * @param owner name of the partition that owns it, or ""
     * @param declarer name of the partition that declared it, also when it was moved since; or ""
     */
    public record Row(String location, String owner, String declarer) {}

    public Slots(Map<String, Device> described) {
        described.forEach((location, device) -> {
            Slot slot = new Slot(location, true);
            slot.adapter = switch (device) {
                case Device.Block(var path) -> new FileDevice(path);
                case Device.Serial serial -> new FileSerial(serial);
            };
            slot.text = slot.adapter.toString();
            slots.put(location, slot);
        });
    }

    private Slot slot(String location) {
        return slots.computeIfAbsent(location, any -> new Slot(location, false));
    }

    private void tidy() {
        slots.values().removeIf(slot -> !slot.used() && slot.inside.isEmpty());
    }

    // Adapters

    /**
     * Puts an adapter into a slot.
     *
     * @return why not, in words, or null
     */
    public synchronized String insert(String location, IoAdapter adapter, String text) {
        Slot slot = slot(location);
        if (slot.adapter != null) {
            return "slot=" + location + " holds " + slot.text + " already";
        }
        slot.adapter = adapter;
        slot.text = text;
        return null;
    }

    /** Takes an adapter out of a slot, if it sits there; who is inside comes out by itself. */
    public synchronized void remove(String location, IoAdapter adapter) {
        Slot slot = slots.get(location);
        if (slot != null && slot.adapter == adapter) {
            slot.adapter = null;
            slot.text = "empty";
            tidy();
        }
    }

    /**
     * Enters what sits in a slot, for one transfer; {@link #leave} ends it. Waits while the slot is about to change
     * hands.
     *
     * @throws HypervisorCallException when the slot is not the partition's, or is empty
     */
    public synchronized <A extends IoAdapter> A enter(String partition, String location,
            Class<A> kind) {
        Slot slot = slots.get(location);
        while (slot != null && slot.owner.equals(partition)
                && (slot.leaving || slot.draining && !slot.inside.isEmpty())) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HypervisorCallException("slot=" + location
                        + " was about to change hands when thread="
                        + Thread.currentThread().getName() + " was interrupted");
            }
        }
        if (slot == null || !slot.owner.equals(partition)) {
            throw new HypervisorCallException("slot=" + location + " is not owned by partition "
                    + partition + ": declare it in slots, or have it moved there");
        }
        if (slot.adapter == null) {
            throw new HypervisorCallException("slot=" + location + " is empty: add slot." + location
                    + " to the frame description, or publish an IoAdapter with "
                    + IoAdapter.LOCATION + "=" + location);
        }
        if (!kind.isInstance(slot.adapter)) {
            throw new HypervisorCallException("slot=" + location + " holds " + slot.text
                    + ", which is no " + kind.getSimpleName());
        }
        slot.draining = false;
        slot.inside.add(Thread.currentThread());
        return kind.cast(slot.adapter);
    }

    /** The current thread has come out. */
    public synchronized void leave(String location) {
        slots.get(location).inside.remove(Thread.currentThread());
        tidy();
        notifyAll();
    }

    /** Whether an adapter is the hypervisor's own, which may be handed partition memory. */
    public static boolean own(IoAdapter adapter) {
        return adapter instanceof FileDevice;
    }

    // Owners

    /** Why a partition cannot have these slots, or null. */
    public synchronized String refusal(String partition, List<String> locations) {
        long owned = slots.values().stream()
                .filter(slot -> slot.owned() || locations.contains(slot.location)).count();
        if (owned > FrameLayout.SLOT_LIMIT) {
            return "slots=" + locations + " are too many: a frame notes the owners of "
                    + FrameLayout.SLOT_LIMIT + " slots";
        }
        for (String location : locations) {
            Slot slot = slots.get(location);
            if (slot == null) {
                return "slots=" + location + " is no slot of the frame, which has "
                        + (slots.isEmpty() ? "none" : String.join(", ", slots.keySet()))
                        + ": add slot." + location + " to the frame description, or publish an"
                        + " IoAdapter with " + IoAdapter.LOCATION + "=" + location
                        + " and start the bundle again";
            }
            if (!slot.owner.isEmpty() && !slot.owner.equals(partition)
                    && !slot.declarer.equals(partition)) {
                return "slots=" + location + " is owned by partition " + slot.owner
                        + ": move it away with move slot:" + location + " --free,"
                        + " uninstall that one's bundle, destroy it where that is gone, or declare"
                        + " another slot";
            }
        }
        return null;
    }

    /**
     * Gives a partition the slots that it declares and did not declare before, and takes back those that it
     * declares no more. What was moved to it, or away from it, stays moved.
     *
     * @param all whether it gets all that it declares: it has departed, and comes back
     * @return those of them that another partition owns by now
     */
    public synchronized List<String> declare(String partition, List<String> locations,
            boolean all) {
        List<String> missing = new ArrayList<>();
        for (Slot slot : slots.values()) {
            if (slot.declarer.equals(partition) && !locations.contains(slot.location)) {
                slot.declarer = "";
                if (slot.owner.equals(partition)) {
                    slot.lose();
                }
            }
        }
        for (String location : locations) {
            Slot slot = slot(location);
            boolean gets = all || !slot.declarer.equals(partition);
            slot.declarer = partition;
            if (gets && slot.owner.isEmpty()) {
                slot.owner = partition;
            } else if (gets && !slot.owner.equals(partition)) {
                missing.add(location);
            }
        }
        tidy();
        return missing;
    }

    /**
     * A slot is about to change hands: who wants to enter it waits.
     *
     * @return whether nobody is inside
     */
    public synchronized boolean withdraw(String location) {
        Slot slot = slots.get(location);
        if (slot == null) {
            return true;
        }
        slot.leaving = true;
        return slot.inside.isEmpty();
    }

    /** It has stayed: who waits enters. */
    public synchronized void stay(String location) {
        Slot slot = slots.get(location);
        if (slot != null) {
            slot.leaving = false;
            notifyAll();
        }
    }

    /** Who is inside what sits in a slot. */
    public synchronized List<Thread> inside(String location) {
        Slot slot = slots.get(location);
        return slot == null ? List.of() : List.copyOf(slot.inside);
    }

    /** Makes a partition, or nobody (""), the owner of a slot: handles of the one before throw from now on. */
    public synchronized void move(String location, String partition) {
        slot(location).owner = partition;
        stay(location);
        tidy();
    }

    /** Whether the frame can note the owner of a slot: it can of a limited number. Any thread. */
    public synchronized boolean room(String location) {
        Slot slot = slots.get(location);
        return slot != null && slot.owned()
                || slots.values().stream().filter(Slot::owned).count() < FrameLayout.SLOT_LIMIT;
    }

    /** What the frame has noted of a slot. */
    public synchronized void restore(Row row) {
        Slot slot = slot(row.location());
        slot.owner = row.owner();
        slot.declarer = row.declarer();
        tidy();
    }

    /** Takes all slots of a partition back, which is no more. */
    public synchronized void forget(String partition) {
        for (Slot slot : slots.values()) {
            if (slot.owner.equals(partition)) {
                slot.lose();
            }
            slot.declarer = slot.declarer.equals(partition) ? "" : slot.declarer;
        }
        tidy();
    }

    /** The slots that a partition owns, in the order of their locations. */
    public synchronized List<String> of(String partition) {
        return slots.values().stream().filter(slot -> slot.owner.equals(partition))
                .map(slot -> slot.location).toList();
    }

    /** Name of the partition that owns a slot, "" when nobody does, or null when there is no such slot. */
    public synchronized String owner(String location) {
        Slot slot = slots.get(location);
        return slot == null ? null : slot.owner;
    }

    /** All slots that a partition owns or has declared. */
    public synchronized List<Row> rows() {
        return slots.values().stream().filter(Slot::owned)
                .map(slot -> new Row(slot.location, slot.owner, slot.declarer)).toList();
    }

    /** All slots, by location. */
    public synchronized List<FrameInfo.Slot> list() {
        return slots.values().stream()
                .map(slot -> new FrameInfo.Slot(slot.location, slot.text, slot.owner)).toList();
    }

    /** Lets go of the files. */
    public void close() {
        for (AutoCloseable files : files()) {
            try {
                files.close();
            } catch (Exception e) {
                // Nothing was left to be written: nothing can be lost.
            }
        }
    }

    private synchronized List<AutoCloseable> files() {
        return slots.values().stream().filter(slot -> slot.described)
                .map(slot -> (AutoCloseable) slot.adapter).toList();
    }
}
