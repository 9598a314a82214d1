package org.brattice.hypervisor.vsr;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.brattice.hypervisor.memory.Word;

/** What senders have sent and one receiver has handled, in a file that outlives a killed process. */
final class Tallies {
    private static final long TALLY = 128;
    private static final long SENDING = 0;
    private static final long SENT = 8;
    private static final long DOUBT = 16;
    private static final long LAST = 64;
    private static final long POSITION = 72;
    private static final long AGAIN = 80;
    private static final long WRONG = 88;
    private static final long REMAPS = 96;
    private final MemorySegment memory;

    Tallies(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, Arena.ofAuto());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long get(int sender, long word) {
        return Word.acquire(memory, sender * TALLY + word);
    }

    private void set(int sender, long word, long value) {
        Word.release(memory, sender * TALLY + word, value);
    }

    /** The next number to send; one that was never reported as sent is in doubt and not sent again. */
    long begin(int sender) {
        long sending = get(sender, SENDING);
        if (sending != get(sender, SENT)) {
            set(sender, DOUBT, sending);
            set(sender, SENT, sending);
        }
        return sending + 1;
    }

    void sending(int sender, long number) {
        set(sender, SENDING, number);
    }

    void sent(int sender, long number) {
        set(sender, SENT, number);
    }

    /** Enters what is being handled. */
    void handled(int sender, long number, long position, int attempt) {
        long last = get(sender, LAST);
        if (number == last && position == get(sender, POSITION) && attempt > 1) {
            set(sender, AGAIN, get(sender, AGAIN) + 1);
        } else if (number == last + 1
                || number == last + 2 && get(sender, DOUBT) == last + 1) {
            set(sender, POSITION, position);
            set(sender, LAST, number);
        } else {
            set(sender, WRONG, get(sender, WRONG) + 1);
        }
    }

    void remapped() {
        set(0, REMAPS, remaps() + 1);
    }

    long remaps() {
        return get(0, REMAPS);
    }

    long handled(int sender) {
        return get(sender, LAST);
    }

    long again(int sender) {
        return get(sender, AGAIN);
    }

    long wrong(int sender) {
        return get(sender, WRONG);
    }

    /** Whether all that was reported as sent is handled. */
    boolean settled(int sender) {
        long last = get(sender, LAST);
        return last == get(sender, SENT) || last == get(sender, SENDING)
                || last + 1 == get(sender, SENT) && get(sender, DOUBT) == last + 1;
    }

    String text(int sender) {
        return "sender=" + sender + " sending=" + get(sender, SENDING) + " sent="
                + get(sender, SENT) + " doubt=" + get(sender, DOUBT) + " handled="
                + get(sender, LAST) + " again=" + get(sender, AGAIN) + " wrong="
                + get(sender, WRONG);
    }
}
