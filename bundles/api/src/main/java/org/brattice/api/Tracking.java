package org.brattice.api;

import java.time.Instant;

/**
 * What has become of a message that was sent {@link Delivery#tracked}, as its sender sees it. Moments are
 * null as long as it has not come to that.
 *
 * @param receiver number of the partition that it was sent to
 * @param position of the message; of one in chunks, of the last
 * @param state how far it has come
 * @param sent when it was sent
 * @param read when its receiver's read mark passed it: the handler had returned
 * @param acknowledged when its receiver noted that for this partition's {@link Firmware#read}
 * @param deleted when its room in the receiver's IPCA came free
 * @param givenUp when its receiver gave it up, or it was damaged, or its receiver was destroyed
 */
public record Tracking(int receiver, long position, State state, Instant sent, Instant read,
        Instant acknowledged, Instant deleted, Instant givenUp) {
    /** How far a message has come. */
    public enum State {
        /** It lies in the receiver's IPCA. */
        NEW,
        /** Its handler has returned. */
        READ,
        /** And the sender can know. */
        ACKNOWLEDGED,
        /** And its room is free. */
        DELETED,
        /** Its handler never returned, and nobody will call it again of itself. */
        GIVEN_UP;

        /** Whether nothing more is going to happen to it. */
        public boolean last() {
            return this == DELETED || this == GIVEN_UP;
        }
    }
}
