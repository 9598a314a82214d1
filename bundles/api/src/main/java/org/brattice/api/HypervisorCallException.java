package org.brattice.api;

/**
 * The hypervisor refuses a call: a mistake or an attack of the caller, who may mend it by what the
 * message says. Nothing was changed.
 */
public final class HypervisorCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HypervisorCallException(String message) {
        super(message);
    }
}
