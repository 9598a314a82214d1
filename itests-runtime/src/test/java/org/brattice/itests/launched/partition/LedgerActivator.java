package org.brattice.itests.launched.partition;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/**
 * Accounts for each number in its own memory, which outlives the process: the number that must come next
 * and how many were missing, came again as a repeated offer or a repeated send, or came again without a
 * reason. Who writes it a text is told these.
 */
public final class LedgerActivator extends PrototypeActivator {
    public LedgerActivator() {
        super(Ledger::new);
    }

    /** The one that keeps the account. */
    static final class Ledger implements Firmware {
        private static final int EXPECTED = 0;
        private static final int MISSING = 8;
        private static final int OFFERED_AGAIN = 16;
        private static final int SENT_AGAIN = 24;
        private static final int REPEATED = 32;
        private static final int POSITION = 40;
        private static final int SENDER_BOOT = 48;
        private final IpcaService ipca;
        private MemorySegment account;

        Ledger(BundleContext context) {
            ipca = context.getService(context.getServiceReference(IpcaService.class));
        }

        @Override
        public void boot(Boot boot) {
            account = boot.memory().get(0);
        }

        @Override
        public void message(Message message) {
            if (message.sourceName().equals("sender")) {
                enter(message);
            } else {
                ipca.send(message.source(), MemorySegment
                        .ofArray(toString().getBytes(StandardCharsets.UTF_8)));
            }
        }

        private void enter(Message message) {
            long number = message.getLong(0);
            long expected = get(EXPECTED);
            boolean sameMessage = message.position() == get(POSITION) && expected > 0;
            boolean senderBootedAgain = message.getLong(8) > get(SENDER_BOOT);
            if (number > expected) {
                add(MISSING, number - expected);
            } else if (number < expected) {
                add(sameMessage && message.attempt() > 1
                        ? OFFERED_AGAIN
                        : number == expected - 1 && senderBootedAgain ? SENT_AGAIN : REPEATED, 1);
            }
            set(POSITION, message.position());
            set(SENDER_BOOT, message.getLong(8));
            set(EXPECTED, Math.max(expected, number + 1));
        }

        private long get(int offset) {
            return account.get(ValueLayout.JAVA_LONG, offset);
        }

        private void set(int offset, long value) {
            account.set(ValueLayout.JAVA_LONG, offset, value);
        }

        private void add(int offset, long count) {
            set(offset, get(offset) + count);
        }

        @Override
        public String toString() {
            return "received=" + get(EXPECTED) + " missing=" + get(MISSING) + " repeated="
                    + get(REPEATED) + " offered-again=" + get(OFFERED_AGAIN) + " sent-again="
                    + get(SENT_AGAIN) + " .";
        }
    }
}
