package org.brattice.itests;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.puppet.Behaviour;
import org.osgi.framework.BundleContext;

/**
 * Sends numbered messages to one partition at full speed, of all kinds: small, gathered, notified, and in
 * chunks. Its boots go on where the one before ended. The partition needs two processors.
 */
final class Flooding implements Behaviour {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(2));
    private static final Delivery NOTIFIED = PATIENT.notified();
    private static final int SMALL = 64;
    private static final int LARGE = 40_000;
    private final String receiver;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile long sent;
    private volatile long lastNotified = -1;
    private volatile long read = -1;
    private volatile boolean enough;
    private volatile Throwable failure;

    private final boolean chunks;

    Flooding(String receiver) {
        this(receiver, true);
    }

    Flooding(String receiver, boolean chunks) {
        this.chunks = chunks;
        this.receiver = receiver;
    }

    @Override
    public Firmware firmware(BundleContext own, IpcaService ipca) {
        return new Flood(ipca);
    }

    /** The one that sends. */
    private final class Flood implements Firmware {
        private final IpcaService ipca;
        private volatile boolean halted;
        private final MemorySegment bytes = MemorySegment.ofArray(new byte[LARGE]);

        private Flood(IpcaService ipca) {
            this.ipca = ipca;
        }

        @Override
        public void boot(Boot boot) {
            failure = null;
            boot.run(() -> {
                try {
                    int number = number();
                    while (!enough && !halted) {
                        send(number);
                    }
                } catch (Throwable e) {
                    // Of a boot that ends, unless no other follows.
                    failure = e;
                } finally {
                    if (enough) {
                        over.countDown();
                    }
                }
            });
        }

        private int number() {
            while (!halted) {
                try {
                    return ipca.number(receiver);
                } catch (HypervisorCallException e) {
                    // It has not come yet.
                    Thread.yield();
                }
            }
            return 0;
        }

        @Override
        public void halt() {
            halted = true;
        }

        private void send(int number) {
            long next = sent;
            bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, next);
            boolean notified = next % 10 == 3;
            Delivery delivery = notified ? NOTIFIED : PATIENT;
            long position = chunks && next % 500 == 7
                    ? ipca.send(number, bytes, delivery)
                    : next % 100 == 5
                            ? ipca.send(number, List.of(bytes.asSlice(0, 5),
                                    bytes.asSlice(5, SMALL - 5)), delivery)
                            : ipca.send(number, bytes.asSlice(0, SMALL), delivery);
            if (position >= 0) {
                if (notified) {
                    lastNotified = position;
                }
                sent = next + 1;
            } else if (position != IpcaService.NO_ROOM && position != IpcaService.NO_IPCA) {
                throw new IllegalStateException("position=" + position);
            }
        }

        @Override
        public void read(int ofReceiver, long position) {
            read = position;
        }

        @Override
        public void message(Message message) {
            // Nobody writes to it.
        }
    }

    /** Messages that were reported as sent. */
    long sent() {
        return sent;
    }

    /** Whether all that was to be notified of has been. */
    boolean notified() {
        return read >= lastNotified;
    }

    /** Stops after the message that is being sent; what went wrong, or null. */
    Throwable enough() throws InterruptedException {
        enough = true;
        return over.await(20, java.util.concurrent.TimeUnit.SECONDS)
                ? failure
                : new IllegalStateException("the sender does not end");
    }
}
