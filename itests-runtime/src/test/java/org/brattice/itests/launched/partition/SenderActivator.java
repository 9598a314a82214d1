package org.brattice.itests.launched.partition;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/**
 * Sends numbers to the ledger without an end. The next number is a word of its own memory, stored after
 * the send: a killed process leaves at most one number that was sent and will be sent again.
 */
public final class SenderActivator extends PrototypeActivator {
    public SenderActivator() {
        super(Sender::new);
    }

    /** The one that counts. */
    static final class Sender implements Firmware {
        private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(200));
        private static final int BATCH = 100;
        private final IpcaService ipca;
        private final MemorySegment number = MemorySegment.ofArray(new byte[64]);
        private Boot boot;
        private MemorySegment next;

        Sender(BundleContext context) {
            ipca = context.getService(context.getServiceReference(IpcaService.class));
        }

        @Override
        public void boot(Boot newBoot) {
            boot = newBoot;
            next = boot.memory().get(0).asSlice(0, 8);
            boot.run(this::send);
        }

        private void send() {
            try {
                int ledger = ipca.number("ledger");
                for (int i = 0; i < BATCH; i++) {
                    long sending = next.get(ValueLayout.JAVA_LONG, 0);
                    number.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, sending);
                    number.set(ValueLayout.JAVA_LONG_UNALIGNED, 8, boot.count());
                    if (ipca.send(ledger, number, PATIENT) < 0) {
                        break;
                    }
                    next.set(ValueLayout.JAVA_LONG, 0, sending + 1);
                }
            } catch (HypervisorCallException e) {
                // The ledger has not come yet.
            } finally {
                boot.run(this::send);
            }
        }

        @Override
        public void message(Message message) {
            // Nobody writes to it.
        }
    }
}
