package org.brattice.api;

/**
 * A row of the look-up table (S2, the source's TABLE 1 and the size).
 *
 * @param number of the partition
 * @param partition its name
 * @param base the IPCA's base address, a frame address in bytes
 * @param size in bytes
 */
public record IpcaEntry(int number, String partition, long base, long size) {}
