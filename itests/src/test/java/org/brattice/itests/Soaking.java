package org.brattice.itests;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.Helping;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Verdict;
import org.brattice.itests.puppet.Behaviour;
import org.osgi.framework.BundleContext;

/**
 * One of some partitions, s0, s1 and so on, that send numbered messages to each other and behave badly now and then: they throw, from
 * everywhere, recurse without end, exhaust the heap, reach outside, call what they must not.
 */
final class Soaking implements Behaviour {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(20));
    private static final int BATCH = 8;
    /** One boot, message or halt of so many goes wrong. */
    private static final int BOOTS = 12;
    private static final int MESSAGES = 2000;
    private static final int HALTS = 10;
    private static final int LARGEST = 75;

    final String name;
    /** Sends that have begun and not come back. */
    final AtomicInteger underWay = new AtomicInteger();
    private final Soak soak;
    private final SplittableRandom random;
    private volatile Storm current;

    /** What the partitions share. */
    interface Soak {
        List<String> names();

        Ledger ledger(String sender, String receiver);

        /** Whether nobody is to send. */
        boolean paused();
    }

    Soaking(String name, Soak soak, SplittableRandom random) {
        this.name = name;
        this.soak = soak;
        this.random = random;
    }

    @Override
    public synchronized Firmware firmware(BundleContext own, IpcaService ipca) {
        return new Storm(ipca, random.split());
    }

    /** Sends again after a pause. */
    void goOn() {
        Storm now = current;
        if (now != null) {
            now.begin();
        }
    }

    /** Firmware of one boot. */
    private final class Storm implements Firmware {
        private final IpcaService ipca;
        /** Of the tasks. */
        private final SplittableRandom choice;
        /** Of what the event scan calls. */
        private final SplittableRandom fate;
        private final MemorySegment payload = MemorySegment.ofArray(new long[LARGEST]);
        private final AtomicBoolean sends = new AtomicBoolean();
        private Boot boot;

        Storm(IpcaService ipca, SplittableRandom random) {
            this.ipca = ipca;
            this.choice = random;
            this.fate = random.split();
        }

        @Override
        public void boot(Boot newBoot) {
            boot = newBoot;
            if (fate.nextInt(BOOTS) == 0) {
                throw new IllegalStateException("it does not boot this time");
            }
            if (fate.nextInt(BOOTS) == 0) {
                boot.hearFaults("*");
            }
            current = this;
            begin();
        }

        /** One task sends, so that what is sent has an order. */
        void begin() {
            if (sends.compareAndSet(false, true)) {
                boot.run(this::send);
            }
        }

        /** Sends some messages, and goes on in a task of its own. */
        private void send() {
            try {
                for (int i = 0; i < BATCH && !soak.paused(); i++) {
                    String to = soak.names().get(choice.nextInt(soak.names().size()));
                    int number = to.equals(name) ? 0 : number(to);
                    if (number != 0) {
                        send(to, number);
                    }
                }
            } finally {
                if (soak.paused()) {
                    sends.set(false);
                } else {
                    boot.run(this::send);
                }
            }
        }

        private int number(String partition) {
            try {
                return ipca.number(partition);
            } catch (HypervisorCallException e) {
                // It has not come yet, or this boot is over.
                return 0;
            }
        }

        private void send(String to, int number) {
            Ledger ledger = soak.ledger(name, to);
            underWay.incrementAndGet();
            int message = ledger.begin();
            try {
                payload.set(ValueLayout.JAVA_LONG, 0, message);
                long position = ipca.send(number,
                        payload.asSlice(0, Long.BYTES * choice.nextInt(1, LARGEST)), PATIENT);
                if (position == Long.MAX_VALUE) {
                    ledger.dropped(message);
                } else if (position >= 0) {
                    ledger.accepted(message, position);
                } else {
                    ledger.refused(message, "position=" + position);
                }
            } catch (IllegalStateException | HypervisorCallException e) {
                if (e.getMessage().contains("because fault injection rule=")) {
                    ledger.refused(message, e.getMessage());
                }
                throw e;
            } finally {
                underWay.decrementAndGet();
            }
        }

        @Override
        public void message(Message message) {
            soak.ledger(message.sourceName(), name).received((int) message.getLong(0), message);
            if (message.attempt() == 1 && fate.nextInt(MESSAGES) == 0) {
                behaveBadly(fate.nextInt(5));
            }
        }

        private void behaveBadly(int how) {
            switch (how) {
                case 0 -> throw new IllegalStateException("it does not like this message");
                case 1 -> recurse(1);
                case 2 -> throw new OutOfMemoryError("as if");
                case 3 -> boot.memory().getFirst().get(ValueLayout.JAVA_BYTE, 1L << 40);
                // No send, which injection may have hang: those are counted.
                default -> ipca.sendBatch(Integer.MAX_VALUE, payload, Long.BYTES, PATIENT);
            }
        }

        private long recurse(long depth) {
            return depth + recurse(depth + 1);
        }

        @Override
        public void helping(Helping helping) {
            helping.unread(4);
            if (fate.nextBoolean()) {
                helping.vote(Verdict.of("restart"));
            }
        }

        @Override
        public void halt() {
            if (fate.nextInt(HALTS) == 0) {
                throw new IllegalStateException("it does not like to halt");
            }
        }
    }
}
