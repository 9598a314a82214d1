package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;

import org.brattice.api.Delivery;
import org.brattice.api.Message;

/** A process that moves an IPCA without an end while two senders write to it; to be killed. */
final class RemapLoop {
    static final int SENDERS = 2;
    private static final int IPCA = 4096;
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(100));

    private RemapLoop() {}

    /** @param arguments the directory */
    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        Tallies tallies = new Tallies(directory.resolve("tallies"));
        Bench bench = Bench.in(directory.resolve("frame"));
        int receiver = number(bench, "receiver");
        for (int i = 0; i < SENDERS; i++) {
            int sender = i;
            int number = number(bench, "sender-" + i);
            Thread.ofPlatform().daemon()
                    .start(() -> send(bench, tallies, sender, number, receiver));
        }
        Scanner scanner = bench.scanner(receiver, reader(bench, tallies));
        while (true) {
            for (int i = 0; i < 20; i++) {
                if (scanner.poll(10) == 0) {
                    scanner.await(100_000);
                }
            }
            Area old = bench.vsr.area(receiver);
            scanner.remap(bench.fresh(receiver));
            scanner.poll(0);
            bench.release(old);
            tallies.remapped();
        }
    }

    private static int number(Bench bench, String name) {
        int number = bench.vsr.number(name);
        return number == 0 ? bench.partition(name, IPCA) : number;
    }

    private static void send(Bench bench, Tallies tallies, int sender, int number, int receiver) {
        Holder holder = bench.holder(number);
        MemorySegment bytes = MemorySegment.ofArray(new byte[200]);
        long next = tallies.begin(sender);
        while (true) {
            bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, next);
            tallies.sending(sender, next);
            if (bench.vsr.send(holder, receiver, bytes.asSlice(0, 8 + next % 190), PATIENT) >= 0) {
                tallies.sent(sender, next++);
            } else {
                tallies.sending(sender, next - 1);
            }
        }
    }

    /** Enters what comes. */
    static Recorder reader(Bench bench, Tallies tallies) {
        return new Recorder() {
            @Override
            public boolean message(Message message) {
                String name = message.sourceName();
                tallies.handled(name.charAt(name.length() - 1) - '0', message.getLong(0),
                        message.position(), message.attempt());
                return true;
            }

            @Override
            public void corrupted(long position, String what) {
                throw new IllegalStateException("position=" + position + " " + what);
            }
        };
    }
}
