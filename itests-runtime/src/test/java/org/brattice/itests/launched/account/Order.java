package org.brattice.itests.launched.account;

/** What the conductor can be told to do. */
public enum Order {
    /** Updates the bundle of a receiver. */
    UPDATE_RECEIVER,
    /** Updates the bundle of a sender. */
    UPDATE_SENDER,
    /** Stops and starts the hypervisor's bundle. */
    RESTART_HYPERVISOR
}
