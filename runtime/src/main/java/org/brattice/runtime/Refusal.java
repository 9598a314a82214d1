package org.brattice.runtime;

/** Why the machine is not started, in one line for the person who asked for it. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    Refusal(int status, String message) {
        super(message);
        this.status = status;
    }

    Refusal(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** {@return the {@link ExitStatus} to end with} */
    int status() {
        return status;
    }
}
