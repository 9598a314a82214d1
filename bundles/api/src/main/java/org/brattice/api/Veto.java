package org.brattice.api;

/** Thrown by a partition that does not agree to a resource move; its message is the reason. */
public final class Veto extends Exception {
    private static final long serialVersionUID = 1;

    /** With the reason, in words. */
    public Veto(String reason) {
        super(reason);
    }
}
