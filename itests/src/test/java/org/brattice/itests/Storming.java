package org.brattice.itests;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Relocation;
import org.brattice.api.Veto;
import org.brattice.itests.puppet.Behaviour;
import org.osgi.framework.BundleContext;

/**
 * One of many partitions, p0, p1 and so on, the first of which send numbered messages to all: it enters what comes into
 * a tally for each sender, and vetoes some moves. Its boots go on where the one before ended.
 */
final class Storming implements Behaviour {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(20));
    private static final int BATCH = 16;
    private static final int SIDES = 10;

    final String name;
    /** What it has had of each sender. */
    final List<Tally> tallies;
    /** How many messages it has sent to each partition, or null when it sends none. */
    final AtomicLongArray sent;
    private final List<String> receivers;
    private final SplittableRandom random;
    private volatile boolean enough;
    private volatile boolean over;

    Storming(String name, int senders, boolean sends, List<String> receivers,
            SplittableRandom random) {
        this.name = name;
        this.tallies = Stream.generate(Tally::new).limit(senders).toList();
        this.sent = sends ? new AtomicLongArray(receivers.size()) : null;
        this.receivers = receivers;
        this.random = random;
    }

    /** Sends no more. */
    void enough() {
        enough = true;
    }

    /** Whether it has sent its last message. */
    boolean over() {
        return over || sent == null;
    }

    @Override
    public Firmware firmware(BundleContext own, IpcaService ipca) {
        return new Storm(ipca, random.split());
    }

    /** Firmware of one boot. */
    private final class Storm implements Firmware {
        private final IpcaService ipca;
        private final SplittableRandom choice;
        private final SplittableRandom answer;
        private final MemorySegment payload = MemorySegment.ofArray(new long[4]);
        private Boot boot;

        Storm(IpcaService ipca, SplittableRandom random) {
            this.ipca = ipca;
            this.choice = random;
            this.answer = random.split();
        }

        @Override
        public void boot(Boot newBoot) {
            boot = newBoot;
            if (sent != null) {
                boot.run(this::send);
            }
        }

        /** Sends some messages, and goes on in a task of its own, so that processors can leave. */
        private void send() {
            try {
                for (int i = 0; i < BATCH && !enough; i++) {
                    send(choice.nextInt(receivers.size()));
                }
                if (enough) {
                    over = true;
                } else {
                    boot.run(this::send);
                }
            } catch (HypervisorCallException e) {
                // This boot ends: the next one goes on.
            }
        }

        private void send(int to) {
            if (receivers.get(to).equals(name)) {
                return;
            }
            int receiver = number(receivers.get(to));
            if (receiver == 0) {
                return;
            }
            payload.set(ValueLayout.JAVA_LONG, 0, sent.get(to));
            long position = ipca.send(receiver, payload, PATIENT);
            if (position >= 0) {
                sent.incrementAndGet(to);
            } else if (position != IpcaService.NO_ROOM && position != IpcaService.NO_IPCA
                    && position != IpcaService.DEADLOCK) {
                throw new IllegalStateException("position=" + position);
            }
        }

        private int number(String partition) {
            try {
                return ipca.number(partition);
            } catch (HypervisorCallException e) {
                // It has not come yet.
                return 0;
            }
        }

        @Override
        public void message(Message message) {
            int sender = Integer.parseInt(message.sourceName().substring(1));
            tallies.get(sender).enter(message.getLong(0), message, false);
        }

        @Override
        public void releasing(Relocation relocation) throws Veto {
            veto();
        }

        @Override
        public void arriving(Relocation relocation) throws Veto {
            veto();
        }

        private void veto() throws Veto {
            if (answer.nextInt(SIDES) == 0) {
                throw new Veto("not now");
            }
        }
    }
}
