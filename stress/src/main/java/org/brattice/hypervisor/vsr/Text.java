package org.brattice.hypervisor.vsr;

import org.brattice.api.Chunk;
import org.brattice.api.Message;

/** Writes down what it hears: of each message its letter, or all of it where it is torn. */
class Text implements Reader {
    private final StringBuilder text = new StringBuilder();

    @Override
    public boolean message(Message message) {
        String whole = message.text();
        boolean same = whole.length() == Payloads.LENGTH
                && whole.chars().allMatch(letter -> letter == whole.charAt(0));
        text.append(same ? whole.substring(0, 1) : "torn:" + whole);
        return true;
    }

    @Override
    public boolean chunk(Chunk chunk) {
        text.append("chunk");
        return true;
    }

    @Override
    public void aborted(int source, long stream) {
        text.append("aborted");
    }

    @Override
    public void read(int receiver, long position) {
        text.append("read");
    }

    @Override
    public void poisoned(int source, long position, int attempts) {
        text.append("poisoned");
    }

    @Override
    public void corrupted(long position, String what) {
        text.append("corrupted");
    }

    @Override
    public boolean stopping() {
        return false;
    }

    @Override
    public boolean waiting() {
        return false;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
