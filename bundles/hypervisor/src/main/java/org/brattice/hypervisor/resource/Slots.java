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
            if (!owner.equals(partition)) {
                return "slots=" + location + " is owned by partition " + owner
                        + ": uninstall that one's bundle, or declare another slot";
            }
        }
        return null;
    }

    /** Makes a partition the owner of these slots and of no others. */
    public synchronized void own(String partition, List<String> locations) {
        owners.values().removeIf(partition::equals);
        for (String location : locations) {
            owners.put(location, partition);
        }
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
