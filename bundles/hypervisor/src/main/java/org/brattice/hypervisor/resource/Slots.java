package org.brattice.hypervisor.resource;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.brattice.api.FrameInfo;
import org.brattice.hypervisor.memory.FrameDescription;

/** The frame's I/O slots: each has one owner or none. Any thread, under this object's monitor. */
public final class Slots {
    private final Map<String, FileDevice> devices = new TreeMap<>();
    private final Map<String, String> owners = new TreeMap<>();
    private final Map<String, String> declarers = new TreeMap<>();

    /**
     * Who has to do with a slot.
     *
     * @param location its location code
     * @param owner name of the partition that owns it, or ""
     * @param declarer name of the partition that declared it, also when it was moved since; or ""
     */
    public record Row(String location, String owner, String declarer) {}

    public Slots(Map<String, FrameDescription.Device> described) {
        described.forEach((location, device) -> devices.put(location,
                new FileDevice(device.path())));
    }

    /** Why a partition cannot have these slots, or null. */
    public synchronized String refusal(String partition, List<String> locations) {
        for (String location : locations) {
            if (!devices.containsKey(location)) {
                return "slots=" + location + " is no slot of the frame, which has "
                        + (devices.isEmpty() ? "none" : String.join(", ", devices.keySet()))
                        + ": add slot." + location + " to the frame description";
            }
            String owner = owners.getOrDefault(location, partition);
            if (!owner.equals(partition) && !partition.equals(declarers.get(location))) {
                return "slots=" + location + " is owned by partition " + owner
                        + ": uninstall that one's bundle, or destroy it where that is gone, or declare"
                        + " another slot";
            }
        }
        return null;
    }

    /**
     * Gives a partition the slots that it declares and did not declare before, and takes back those that it
     * declares no more. What was moved to it, or away from it, stays moved.
     */
    public synchronized void declare(String partition, List<String> locations) {
        for (String location : List.copyOf(declarers.keySet())) {
            if (declarers.get(location).equals(partition) && !locations.contains(location)) {
                declarers.remove(location);
                owners.remove(location, partition);
            }
        }
        for (String location : locations) {
            if (!partition.equals(declarers.put(location, partition))) {
                owners.put(location, partition);
            }
        }
    }

    /** Makes a partition, or nobody (""), the owner of a slot: handles of the one before throw from now on. */
    public synchronized void move(String location, String partition) {
        if (partition.isEmpty()) {
            owners.remove(location);
        } else {
            owners.put(location, partition);
        }
    }

    /** What the frame has noted of a slot. */
    public synchronized void restore(Row row) {
        move(row.location(), row.owner());
        if (!row.declarer().isEmpty()) {
            declarers.put(row.location(), row.declarer());
        }
    }

    /** Takes all slots of a partition back, which is no more. */
    public synchronized void forget(String partition) {
        owners.values().removeIf(partition::equals);
        declarers.values().removeIf(partition::equals);
    }

    /** The slots that a partition owns, in the order of their locations. */
    public synchronized List<String> of(String partition) {
        return owners.entrySet().stream().filter(entry -> entry.getValue().equals(partition))
                .map(Map.Entry::getKey).toList();
    }

    /** Name of the partition that owns a slot, "" when nobody does, or null when there is no such slot. */
    public synchronized String owner(String location) {
        String owner = owners.getOrDefault(location, "");
        return owner.isEmpty() && !devices.containsKey(location) ? null : owner;
    }

    /** All slots that somebody has to do with. */
    public synchronized List<Row> rows() {
        Map<String, Row> rows = new TreeMap<>();
        owners.forEach((location, owner) -> rows.put(location, row(location)));
        declarers.forEach((location, declarer) -> rows.put(location, row(location)));
        return List.copyOf(rows.values());
    }

    private Row row(String location) {
        return new Row(location, owners.getOrDefault(location, ""),
                declarers.getOrDefault(location, ""));
    }

    /** Whether a slot is this partition's. */
    public synchronized boolean owns(String partition, String location) {
        return partition.equals(owners.get(location));
    }

    /** What sits in a slot, or null. */
    public FileDevice device(String location) {
        return devices.get(location);
    }

    /** All slots, by location. */
    public synchronized List<FrameInfo.Slot> list() {
        return devices.entrySet().stream()
                .map(entry -> new FrameInfo.Slot(entry.getKey(), entry.getValue().toString(),
                        owners.getOrDefault(entry.getKey(), "")))
                .toList();
    }

    /** Lets go of the files. */
    public void close() {
        devices.values().forEach(FileDevice::close);
    }
}
