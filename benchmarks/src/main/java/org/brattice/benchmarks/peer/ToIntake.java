package org.brattice.benchmarks.peer;

import org.brattice.api.Chunk;
import org.brattice.api.Message;
import org.brattice.hypervisor.vsr.Reader;

/** A scanner's reader without a boot behind it. */
public record ToIntake(Intake intake) implements Reader {
    @Override
    public boolean message(Message message) {
        intake.take(message.getLong(0), message.getLong(message.length() - Long.BYTES));
        return true;
    }

    @Override
    public boolean chunk(Chunk chunk) {
        throw new UnsupportedOperationException("no chunks here");
    }

    @Override
    public void aborted(int source, long stream) {}

    @Override
    public void read(int receiver, long position) {}

    @Override
    public void poisoned(int source, long position, int attempts) {
        throw new IllegalStateException("position=" + position + " was given up");
    }

    @Override
    public void corrupted(long position, String what) {
        throw new IllegalStateException("position=" + position + " is damaged: " + what);
    }

    @Override
    public boolean stopping() {
        return false;
    }

    @Override
    public boolean waiting() {
        return false;
    }
}
