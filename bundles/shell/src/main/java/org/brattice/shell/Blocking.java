package org.brattice.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.Blockage;
import org.brattice.api.PartitionState;

/** A blockage in sentences: what is in the way first, with what to do next; then what is there. */
record Blocking(Blockage blockage) {
    /** A lease is held for one write, which takes far less. */
    private static final Duration LONG_LEASE = Duration.ofMillis(100);
    /** A message that lies for so long is in somebody's way. */
    private static final Duration OLD = Duration.ofSeconds(1);
    private static final int SHOWN = 10;

    List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        if (blockage.ipcaBytes() == 0) {
            sentences.add(blockage.receiver()
                    + " has no IPCA, so nothing can be sent to it: say why " + blockage.receiver());
            return sentences;
        }
        obstacles(sentences);
        if (sentences.isEmpty()) {
            sentences.add("nobody blocks " + blockage.sender() + " at " + blockage.receiver());
        }
        sentences.add(blockage.receiver() + "'s IPCA: " + blockage.unreadBytes()
                + " bytes unread, " + blockage.freeBytes() + " of " + blockage.ipcaBytes()
                + " free");
        if (blockage.oldest() != null) {
            sentences.add("oldest unread: " + oldest(blockage.oldest()));
        }
        line(sentences);
        return sentences;
    }

    private void obstacles(List<String> sentences) {
        String receiver = blockage.receiver();
        if (blockage.heldBack()) {
            sentences.add(blockage.sender() + " is held back at " + receiver + ": its messages on"
                    + " which the handler there failed must find their way out first: see"
                    + " partition " + receiver);
        }
        if (blockage.receiverState() != PartitionState.RUNNING) {
            sentences.add(receiver + " is " + blockage.receiverState() + " since "
                    + blockage.receiverSince() + ", so it reads nothing: say why " + receiver);
        } else if (blockage.waitsFor() != null) {
            sentences.add(receiver + "'s event scan waits for room in " + blockage.waitsFor()
                    + ": say who " + receiver + " " + blockage.waitsFor());
        } else if (blockage.oldest() != null && blockage.oldest().age().compareTo(OLD) >= 0) {
            sentences.add(slow(receiver, blockage.oldest()));
        }
        Blockage.Lease lease = blockage.lease();
        if (lease != null && lease.held().compareTo(LONG_LEASE) >= 0) {
            sentences.add((lease.scanning() ? "the event scan of " : "a task of ")
                    + lease.partition() + " has held the lease for " + time(lease.held())
                    + " or longer, and it is for one write: restart " + lease.partition());
        }
        Blockage.InLine first = blockage.line().stream().filter(one -> !one.heldBack())
                .findFirst().orElse(null);
        if (first != null && !first.partition().equals(blockage.sender())) {
            sentences.add("room goes to " + first.partition()
                    + " first, which has waited for " + time(first.waiting()));
        }
    }

    private static String slow(String receiver, Blockage.Unread oldest) {
        return oldest.attempt() == 0
                ? receiver + " has not begun with a message that is " + time(oldest.age())
                        + " old: see partition " + receiver
                : receiver + "'s handler has been at a message that is " + time(oldest.age())
                        + " old, attempt=" + oldest.attempt() + ": see partition " + receiver
                        + ", and stop it if it hangs";
    }

    private static String oldest(Blockage.Unread oldest) {
        return "position=" + oldest.position() + " source=" + oldest.source() + " bytes="
                + oldest.length() + " age=" + time(oldest.age()) + " attempt=" + oldest.attempt();
    }

    private void line(List<String> sentences) {
        int place = 0;
        for (Blockage.InLine one : blockage.line()) {
            if (++place > SHOWN) {
                sentences.add("and " + (blockage.line().size() - SHOWN) + " more in line");
                return;
            }
            sentences.add("in line " + place + ": " + one.partition() + " for "
                    + time(one.waiting()) + ", wants=" + one.bytes() + " bytes, "
                    + (one.wakes() ? "is called when there is room" : "waits")
                    + (one.heldBack() ? ", held back" : ""));
        }
    }

    private static String time(Duration duration) {
        return duration.toSeconds() >= 10
                ? duration.toSeconds() + "s"
                : duration.toMillis() / 1000.0 + "s";
    }
}
