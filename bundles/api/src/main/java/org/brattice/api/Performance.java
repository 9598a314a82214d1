package org.brattice.api;

import java.time.Duration;

/**
 * How a partition has fared since its performance check before (S11).
 *
 * @param partition its name
 * @param number its number
 * @param period since the check before
 * @param processors how many virtual processors its boot owns
 * @param busy share of their time, 0 to 1, in which they were taken by handlers and tasks; a task that waits takes
 *        its processor too. An event scan that polls is not counted
 * @param waitingTasks tasks that wait for a processor
 * @param memoryUse share of its memory that the firmware says is in use ({@link Firmware#memoryUse}), or NaN
 * @param spareBlocks memory blocks that it owns above its minimum; 0 when the firmware does not tell its use
 * @param blocks memory blocks that it owns; 0 when the firmware does not tell its use
 * @param ipcaBytes of its IPCA
 * @param unreadBytes of them committed and not yet read
 * @param oldestUnread how long ago the oldest unread message was sent, or zero
 */
public record Performance(String partition, int number, Duration period, int processors,
        double busy, int waitingTasks, double memoryUse, int spareBlocks, int blocks,
        long ipcaBytes, long unreadBytes, Duration oldestUnread) {}
