package org.brattice.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A partition as seen at one moment.
 *
 * @param name of the partition
 * @param number 0 when it never had one
 * @param state where it is in its life
 * @param since when it got there
 * @param deadline until when it must leave the state, or null
 * @param reason why it is there, in words
 * @param bundle {@code symbolic-name/version [id]} of the declaring bundle, or "" when it is away
 * @param ranges the frame addresses that it owns
 * @param ipca its IPCA, or null
 * @param processors virtual processors
 * @param slots location codes of its I/O slots
 * @param boots how often it has booted on this frame
 * @param read messages and chunks read in this boot
 * @param unreadBytes committed and not yet read, in bytes of records in the IPCA and set aside
 * @param oldestUnread how long ago the oldest of them was sent, or null when there is none
 * @param faults the latest, oldest first
 */
public record PartitionInfo(String name, int number, PartitionState state, Instant since,
        Instant deadline, String reason, String bundle, List<MemoryRange> ranges, MemoryRange ipca,
        int processors, List<String> slots, long boots, long read, long unreadBytes,
        Duration oldestUnread, List<Fault> faults) {}
