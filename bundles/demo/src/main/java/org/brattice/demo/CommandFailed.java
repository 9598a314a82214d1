package org.brattice.demo;

/** A command line of the tour failed, with the message that it gave. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }
}
