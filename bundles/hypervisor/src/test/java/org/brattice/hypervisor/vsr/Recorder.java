package org.brattice.hypervisor.vsr;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Predicate;

import org.brattice.api.Chunk;
import org.brattice.api.Message;

/** A reader that writes everything down. */
class Recorder implements Reader {
    final List<Seen> messages = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    /** Whether a handler comes to its end; sees the message before it is written down. */
    Predicate<Message> handler = message -> true;
    /** What is done when there is room at a receiver, beside writing it down. */
    IntConsumer sender = receiver -> {};
    volatile boolean stopping;

    /** A message as it was shown. */
    record Seen(int source, long position, int attempt, byte[] payload) {
        String text() {
            return new String(payload, java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    static Seen copy(Message message) {
        return new Seen(message.source(), message.position(), message.attempt(),
                message.payload().toArray(ValueLayout.JAVA_BYTE));
    }

    List<String> texts() {
        return messages.stream().map(Seen::text).toList();
    }

    @Override
    public boolean message(Message message) {
        boolean handled = handler.test(message);
        if (handled) {
            messages.add(copy(message));
        }
        return handled;
    }

    @Override
    public boolean chunk(Chunk chunk) {
        boolean handled = handler.test(chunk);
        if (handled) {
            events.add("chunk " + chunk.source() + " stream=" + chunk.stream() + " "
                    + chunk.offset() + "+" + chunk.length() + "/" + chunk.total());
        }
        return handled;
    }

    @Override
    public void aborted(int source, long stream) {
        events.add("aborted " + source + " stream=" + stream);
    }

    @Override
    public void read(int receiver, long position) {
        events.add("read " + receiver + " position=" + position);
    }

    @Override
    public void gaveUp(int receiver, long position) {
        events.add("given up by " + receiver + " position=" + position);
    }

    @Override
    public void room(int receiver) {
        events.add("room at " + receiver);
        sender.accept(receiver);
    }

    @Override
    public void poisoned(int source, long position, int attempts) {
        events.add("poisoned " + source + " position=" + position + " attempts=" + attempts);
    }

    @Override
    public void full(int source, long position, String store) {
        events.add("full " + source + " position=" + position + " " + store);
    }

    @Override
    public void corrupted(long position, String what) {
        events.add("corrupted position=" + position + " " + what);
    }

    @Override
    public boolean stopping() {
        return stopping;
    }

    @Override
    public boolean waiting() {
        return stopping;
    }
}
