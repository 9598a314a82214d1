package org.brattice.api;

import java.util.List;
import java.util.Objects;

/**
 * That a partition has stopped, or failed, and has not come back in the settle time: what it owns above its
 * identity goes. Its number, its IPCA and the memory that it keeps stay.
 *
 * @param partition its name
 * @param number its number
 * @param cause why it does not run, in words
 * @param resources what goes: its processors, its memory blocks above the minimum, its slots
 */
public record Departure(String partition, int number, String cause, List<Resource> resources) {
    public Departure {
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(cause, "cause");
        resources = List.copyOf(resources);
    }
}
