package org.brattice.itests.launched.large;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** A partition that sends the time to the sink, a thousand times a second. */
public final class TickerActivator extends PrototypeActivator {
    public TickerActivator() {
        super(Ticker::new);
    }

    /** The one that sends. */
    static final class Ticker implements Firmware {
        private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(30));
        private static final long PERIOD = 1_000_000;
        private final IpcaService ipca;
        private volatile boolean halted;

        Ticker(BundleContext context) {
            ipca = context.getService(context.getServiceReference(IpcaService.class));
        }

        @Override
        public void boot(Boot boot) {
            boot.run(() -> {
                MemorySegment time = MemorySegment.ofArray(new byte[8]);
                while (!halted) {
                    LockSupport.parkNanos(PERIOD);
                    try {
                        time.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, System.nanoTime());
                        ipca.send(ipca.number("sink"), time, PATIENT);
                    } catch (HypervisorCallException e) {
                        // The sink has not come yet, or this boot ends.
                        Thread.yield();
                    }
                }
            });
        }

        @Override
        public void message(Message message) {
            // Nobody writes to it.
        }

        @Override
        public void halt() {
            halted = true;
        }
    }
}
