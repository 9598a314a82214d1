package org.brattice.hypervisor.vsr;

import org.brattice.api.Chunk;
import org.brattice.api.Message;

/** Whom a scanner reads to: the boot, which calls the firmware. Called on the scanner's thread. */
public interface Reader {
    /** Handles a message; returns whether the handler came to its end. */
    boolean message(Message message);

    /** Handles the announcement of a resource move; returns whether that came to its end. */
    default boolean announcement(Message message) {
        return message(message);
    }

    /** Handles a chunk; returns whether the handler came to its end. */
    boolean chunk(Chunk chunk);

    /** A chunked message ended before its last chunk. */
    void aborted(int source, long stream);

    /** A receiver has read. */
    void read(int receiver, long position);

    /** A receiver has given up a message after all attempts. */
    default void gaveUp(int receiver, long position) {}

    /** A receiver has room for what found none; what is sent to it in this call goes first. */
    default void room(int receiver) {}

    /** A message was given up after so many attempts. */
    void poisoned(int source, long position, int attempts);

    /** What the handler that failed last threw, in words. */
    default String failure() {
        return "its handler failed";
    }

    /** Whether the handler that failed last met memory that cannot be had. */
    default boolean lostMemory() {
        return false;
    }

    /** A store has no room for a message: it stays unread, and its source is held back. */
    default void full(int source, long position, String store) {}

    /** A record is damaged and was skipped, or the rest of the ring was cut off. */
    void corrupted(long position, String what);

    /** Whether the boot is to end. */
    boolean stopping();

    /** Whether something else than a message waits for the scanner's thread. */
    boolean waiting();
}
