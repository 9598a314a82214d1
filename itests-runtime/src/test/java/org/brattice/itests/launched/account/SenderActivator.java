package org.brattice.itests.launched.account;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** A partition that sends all kinds of messages to all receivers, each from a processor of its own. */
public final class SenderActivator extends PrototypeActivator {
    public SenderActivator() {
        super(Sender::new);
    }

    /** The one that sends. */
    static final class Sender implements Firmware {
        private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(200));
        private static final int LARGEST = 512 << 10;
        private final IpcaService ipca;
        private final Accounts accounts;
        private final int[] receivers = new int[Accounts.RECEIVERS];
        private Boot boot;
        private volatile boolean halted;

        Sender(BundleContext context) {
            ipca = context.getService(context.getServiceReference(IpcaService.class));
            accounts = Accounts.in(Path.of(context.getProperty("brattice.data")));
        }

        @Override
        public void boot(Boot newBoot) {
            boot = newBoot;
            for (int i = 0; i < Accounts.RECEIVERS; i++) {
                int receiver = i;
                boot.run(() -> sendTo(receiver));
            }
        }

        private void sendTo(int index) {
            Pair pair = accounts.pair(Accounts.index(boot.name()), index);
            MemorySegment buffer = MemorySegment.ofArray(new byte[LARGEST]);
            int receiver = number(Accounts.receiver(index));
            receivers[index] = receiver;
            long number = pair.begin();
            while (!halted && !accounts.isEnough()) {
                int limit = ipca.recordLimit(receiver);
                if (limit == 0) {
                    // It has no IPCA yet.
                    Thread.yield();
                    continue;
                }
                MemorySegment bytes = Numbered.fill(buffer, number,
                        Numbered.length(number, limit));
                pair.sending(number);
                long position = send(receiver, number, bytes);
                if (position >= 0) {
                    pair.sent(number, position, Numbered.notified(number));
                    number++;
                } else {
                    // It is told that this was not sent.
                    pair.sending(number - 1);
                }
            }
        }

        private int number(String name) {
            while (!halted) {
                try {
                    return ipca.number(name);
                } catch (HypervisorCallException e) {
                    // It has not come yet.
                    Thread.yield();
                }
            }
            return 0;
        }

        private long send(int receiver, long number, MemorySegment bytes) {
            Delivery delivery = Numbered.tried(number) && !Numbered.chunked(number)
                    ? Delivery.TRY
                    : PATIENT;
            if (Numbered.notified(number)) {
                delivery = delivery.notified();
            }
            return Numbered.gathered(number)
                    ? ipca.send(receiver, Numbered.parts(bytes, number), delivery)
                    : ipca.send(receiver, bytes, delivery);
        }

        @Override
        public void read(int receiver, long position) {
            for (int i = 0; i < Accounts.RECEIVERS; i++) {
                if (ipca.number(Accounts.receiver(i)) == receiver) {
                    accounts.pair(Accounts.index(boot.name()), i).acknowledged(position);
                }
            }
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
