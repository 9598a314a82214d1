package org.brattice.hypervisor.partition;

import org.brattice.api.Chunk;
import org.brattice.api.Fault.Kind;
import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.hypervisor.vsr.Reader;

/** Reads what the scanner finds to the firmware. No allocation for a message that is handled. */
final class FirmwareReader implements Reader {
    private final BootRun run;
    private final Firmware firmware;
    private boolean lostMemory;
    private String failure = "its handler did not come to an end";

    FirmwareReader(BootRun run, Firmware firmware) {
        this.run = run;
        this.firmware = firmware;
    }

    @Override
    public boolean message(Message message) {
        try {
            firmware.message(message);
            return true;
        } catch (Throwable e) {
            return failed("message", message, e);
        }
    }

    @Override
    public boolean announcement(Message message) {
        return run.announced(message);
    }

    @Override
    public boolean chunk(Chunk chunk) {
        try {
            firmware.chunk(chunk);
            return true;
        } catch (Throwable e) {
            return failed("chunk", chunk, e);
        }
    }

    /** When the boot ends, waits end without what they waited for, and handlers may throw for that. */
    private boolean failed(String what, Message message, Throwable thrown) {
        String offered = what + " position=" + message.position() + " source="
                + message.sourceName() + " attempt=" + message.attempt();
        lostMemory = thrown instanceof InternalError;
        failure = what + " threw " + Thrown.text(thrown);
        return run.stopping()
                ? run.cutShort(offered, thrown)
                : run.caught(Kind.HANDLER_THREW, message.source(), message.position(),
                        message.attempt(), offered, thrown);
    }

    @Override
    public void aborted(int source, long stream) {
        run.guarded(Kind.TASK_THREW, "aborted", () -> firmware.aborted(source, stream));
    }

    @Override
    public void read(int receiver, long position) {
        run.guarded(Kind.TASK_THREW, "read", () -> firmware.read(receiver, position));
    }

    @Override
    public void gaveUp(int receiver, long position) {
        run.guarded(Kind.TASK_THREW, "givenUp", () -> firmware.givenUp(receiver, position));
    }

    @Override
    public void room(int receiver) {
        run.guarded(Kind.TASK_THREW, "room", () -> firmware.room(receiver));
    }

    @Override
    public void poisoned(int source, long position, int attempts) {
        run.fault(Kind.POISONED, source, position, attempts,
                "message position=" + position + " source="
                        + run.nameOf(source) + " was given up after attempts=" + attempts);
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public boolean lostMemory() {
        return lostMemory;
    }

    @Override
    public void full(int source, long position, String store) {
        run.fault(Kind.STORE_FULL, "message position=" + position + " stays unread and source="
                + run.nameOf(source) + " is held back: the " + store + " is full; see its letters,"
                + " drop what is not needed");
    }

    @Override
    public void corrupted(long position, String what) {
        run.fault(Kind.CORRUPTED, "record position=" + position + " is damaged: " + what);
    }

    @Override
    public boolean stopping() {
        return run.stopping();
    }

    @Override
    public boolean waiting() {
        return run.stopping() || run.noticed() || run.processors().waiting();
    }
}
