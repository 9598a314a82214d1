package org.brattice.shell;

import org.brattice.api.Printable;

/** A command did not do what it was asked; the message says why and what to do, in one line. */
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(Printable.of(message));
    }

    /** The message alone: this is what the interactive shell prints. */
    @Override
    public String toString() {
        return getMessage();
    }
}
