package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.itests.launched.partition.LedgerActivator;
import org.brattice.itests.launched.partition.SenderActivator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} under load: what was sent is read once, or marked as offered again. */
final class KilledProcessIT {
    private static final int ROUNDS = 5;
    private static final Pattern RECEIVED = Pattern.compile("received=(\\d+)");
    private static final Pattern SENT_AGAIN = Pattern.compile("sent-again=(\\d+)");
    private static final Pattern NUMBER = Pattern.compile("number +(\\d+)");

    @TempDir
    private Path directory;

    @Test
    void shouldLoseAndRepeatNothingOverKills() {
        long seed = System.nanoTime();
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        long received = 0;
        String ledgerNumber = null;
        for (int round = 1; round <= ROUNDS; round++) {
            try (var machine = new Kept(LaunchedMachine.start(directory))) {
                if (round == 1) {
                    machine.it().deploy(partition("ledger", LedgerActivator.class), "ledger.jar");
                    machine.it().deploy(partition("sender", SenderActivator.class), "sender.jar");
                }
                machine.it().awaitState("ledger", "RUNNING");
                machine.it().awaitState("sender", "RUNNING");
                String number = number(machine.it().say("partition ledger"));
                assertEquals(ledgerNumber == null ? number : ledgerNumber, number);
                ledgerNumber = number;

                long least = received;
                String account = machine.it().sayUntil(
                        "send ledger account; received --wait 10s --until '^received='",
                        answer -> received(answer) > least + 1000);
                assertAllAccountedFor(account);
                received = received(account);
                // Somewhere in the middle of the load.
                LockSupport.parkNanos(random.nextLong(100_000_000));
            }
        }
        try (var machine = LaunchedMachine.start(directory)) {
            machine.awaitState("ledger", "RUNNING");
            String account = machine
                    .say("send ledger account; received --wait 10s --until '^received='");
            System.out.println("kills=" + ROUNDS + " " + account.strip());
            assertAllAccountedFor(account);
            assertEquals(0, machine.stop());
        }
    }

    private static void assertAllAccountedFor(String account) {
        assertTrue(account.contains(" missing=0 repeated=0 "), account);
        // A process killed between a send and the note that it was sent.
        assertTrue(found(SENT_AGAIN, account) <= ROUNDS, account);
    }

    private static long received(String account) {
        return found(RECEIVED, account);
    }

    private static long found(Pattern pattern, String account) {
        Matcher matcher = pattern.matcher(account);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static String number(String shown) {
        Matcher matcher = NUMBER.matcher(shown);
        assertTrue(matcher.find(), shown);
        return matcher.group(1);
    }

    private Path partition(String name, Class<?> activator) {
        return BundleJar.named(name).partition("name=" + name + ";ipca=\"64 KiB\"")
                .activator(activator, PrototypeActivator.class).in(directory);
    }

    /** A machine that is killed at the end, and its frame memory kept. */
    private record Kept(LaunchedMachine it) implements AutoCloseable {
        @Override
        public void close() {
            it.kill();
        }
    }
}
