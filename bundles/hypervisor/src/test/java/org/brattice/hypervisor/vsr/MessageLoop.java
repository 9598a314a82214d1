package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;

import org.brattice.api.Delivery;
import org.brattice.api.Message;

/**
 * Sends so many messages from one platform thread to another, neither of which ever sleeps, and ends:
 * {@code benchmarks/system-calls} counts the system calls of the process meanwhile (S9).
 */
public final class MessageLoop {
    private static final int PAYLOAD = 100;

    private MessageLoop() {}

    /** Takes the number of messages. */
    public static void main(String[] words) throws InterruptedException {
        long messages = Long.parseLong(words[0]);
        Bench bench = Bench.anonymous();
        int x = bench.partition("x", 64 << 10);
        int y = bench.partition("y", 1 << 20);
        Counting reader = new Counting();
        Thread scanning = new Thread(() -> {
            Scanner scanner = bench.scanner(y, reader);
            while (reader.count < messages) {
                if (scanner.poll(64) == 0) {
                    Thread.onSpinWait();
                }
            }
        });
        Thread sending = new Thread(() -> send(bench, x, y, messages));
        long start = System.nanoTime();
        scanning.start();
        sending.start();
        sending.join();
        scanning.join();
        System.out.println("messages=" + messages + " rate="
                + messages * 1_000_000_000L / (System.nanoTime() - start) + "/s");
    }

    private static void send(Bench bench, int x, int y, long messages) {
        Holder me = bench.holder(x);
        MemorySegment payload = MemorySegment.ofArray(new byte[PAYLOAD]);
        for (long sent = 0; sent < messages;) {
            if (bench.vsr.send(me, y, payload, Delivery.TRY) >= 0) {
                sent++;
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private static final class Counting extends Recorder {
        private long count;

        @Override
        public boolean message(Message message) {
            count++;
            return true;
        }
    }
}
