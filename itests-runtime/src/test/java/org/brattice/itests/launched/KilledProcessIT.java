package org.brattice.itests.launched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.brattice.itests.launched.account.Accounts;
import org.brattice.itests.launched.account.ConductorActivator;
import org.brattice.itests.launched.account.Order;
import org.brattice.itests.launched.account.Pair;
import org.brattice.itests.launched.account.ReceiverActivator;
import org.brattice.itests.launched.account.SenderActivator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} again and again, at random instants of a machine under load: every message that was
 * reported as sent is handled once, in order, and what comes twice was in flight and is marked.
 *
 * <p>{@code -Dbrattice.seed=N} repeats the instants of a run, {@code -Dbrattice.kills=N} makes so many
 * kills, as a long soak, instead of as many as fit.
 */
final class KilledProcessIT {
    private static final int LEAST_KILLS = 10;
    private static final Duration TIME = Duration.ofSeconds(40);
    private static final Pattern NUMBER = Pattern.compile("number +(\\d+)");
    /** Small ones are full all the time. */
    private static final String[] IPCAS = {"4 KiB", "64 KiB", "1 MiB"};

    @TempDir
    private Path directory;
    private final long seed = Long.getLong("brattice.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Accounts accounts;

    /** In the middle of what the process is to be killed. */
    private enum Instant {
        /** Start of the process, attach and repair, boot, the first messages. */
        START,
        /** Messages of all pairs. */
        LOAD,
        /** Load, and an update of a receiver's bundle. */
        RECEIVER_UPDATE,
        /** Load, and an update of a sender's bundle. */
        SENDER_UPDATE,
        /** Load, and a restart of the hypervisor's bundle. */
        HYPERVISOR_RESTART
    }

    @AfterEach
    void removeFrame() {
        LaunchedMachine.removeFrame(directory);
    }

    @Test
    void shouldLoseAndRepeatNothingOverKills() {
        System.out.println("seed=" + seed + " (again: -Dbrattice.seed=" + seed + ")");
        Integer fixed = Integer.getInteger("brattice.kills");
        accounts = Accounts.in(directory);
        List<String> numbers = deployed();
        Map<Instant, Integer> kills = new EnumMap<>(Instant.class);
        long deadline = System.nanoTime() + TIME.toNanos();
        int count = 0;
        while (fixed == null
                ? count < LEAST_KILLS || System.nanoTime() < deadline
                : count < fixed) {
            // Every other one when all go on: three attempts are not to be used up by kills alone.
            Instant instant = count % 2 == 0
                    ? Instant.START
                    : Instant.values()[1 + random.nextInt(Instant.values().length - 1)];
            killIn(instant);
            kills.merge(instant, 1, Integer::sum);
            count++;
            assertAccounts(count);
        }
        finish(numbers, count);
        System.out.println("kills=" + count + " " + kills + " messages="
                + sum(pairs().stream().mapToLong(Pair::last)) + " chunked="
                + sum(pairs().stream().mapToLong(Pair::whole)) + " thrown="
                + sum(pairs().stream().mapToLong(Pair::throwing)) + " in-doubt="
                + sum(pairs().stream().mapToLong(Pair::doubts))
                + " lost=0 repeated=0 offered-again="
                + sum(pairs().stream().mapToLong(Pair::offeredAgain)));
    }

    /** Numbers of the receivers in the first life. */
    private List<String> deployed() {
        try (var machine = new Kept(LaunchedMachine.start(directory))) {
            for (int i = 0; i < Accounts.RECEIVERS; i++) {
                machine.it().deploy(partition(Accounts.receiver(i), "ipca=\"" + IPCAS[i] + '"',
                        ReceiverActivator.class), "receiver-" + i + ".jar");
            }
            for (int i = 0; i < Accounts.SENDERS; i++) {
                machine.it().deploy(partition(Accounts.sender(i), "ipca=\"64 KiB\";processors=\""
                        + (1 + Accounts.RECEIVERS) + '"', SenderActivator.class),
                        "sender-" + i + ".jar");
            }
            machine.it().deploy(BundleJar.named("conductor").activator(ConductorActivator.class)
                    .packageOf(Accounts.class).in(directory), "conductor.jar");
            awaitProgress(machine.it());
            return numbers(machine.it());
        }
    }

    private Path partition(String name, String attributes, Class<?> activator) {
        return BundleJar.named(name).partition("name=" + name + ";" + attributes)
                .activator(activator, PrototypeActivator.class).packageOf(activator).in(directory);
    }

    private static List<String> numbers(LaunchedMachine machine) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < Accounts.RECEIVERS; i++) {
            String shown = machine.say("partition " + Accounts.receiver(i));
            Matcher matcher = NUMBER.matcher(shown);
            assertTrue(matcher.find(), shown);
            numbers.add(matcher.group(1));
        }
        return numbers;
    }

    private void killIn(Instant instant) {
        try (var machine = new Kept(LaunchedMachine.launch(directory, ""))) {
            if (instant == Instant.START) {
                pause(1_200_000_000);
                return;
            }
            awaitProgress(machine.it());
            switch (instant) {
                case RECEIVER_UPDATE -> order(machine.it(), Order.UPDATE_RECEIVER,
                        random.nextInt(Accounts.RECEIVERS));
                case SENDER_UPDATE -> order(machine.it(), Order.UPDATE_SENDER,
                        random.nextInt(Accounts.SENDERS));
                case HYPERVISOR_RESTART -> order(machine.it(), Order.RESTART_HYPERVISOR, 0);
                default -> {
                }
            }
            pause(100_000_000);
        }
    }

    private void pause(long most) {
        long end = System.nanoTime() + random.nextLong(most);
        for (long rest; (rest = end - System.nanoTime()) > 0;) {
            LockSupport.parkNanos(rest);
        }
    }

    private void order(LaunchedMachine machine, Order order, int argument) {
        long number = accounts.order(order, argument);
        await(machine, () -> accounts.begun() == number, order + " does not begin");
    }

    /** All pairs go on: messages were handled that this process sent or found. */
    private void awaitProgress(LaunchedMachine machine) {
        List<Pair> pairs = pairs();
        long[] before = pairs.stream().mapToLong(Pair::last).toArray();
        await(machine, () -> {
            for (int i = 0; i < before.length; i++) {
                if (pairs.get(i).last() < before[i] + 10) {
                    return false;
                }
            }
            return true;
        }, "nothing comes");
    }

    private void await(LaunchedMachine machine, java.util.function.BooleanSupplier condition,
            String otherwise) {
        long end = System.nanoTime() + LaunchedMachine.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                String log = machine.log();
                fail(otherwise + ": seed=" + seed + "\n" + accounts() + machine.rest() + "\n"
                        + log.substring(Math.max(0, log.length() - 4000)));
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (int sender = 0; sender < Accounts.SENDERS; sender++) {
            for (int receiver = 0; receiver < Accounts.RECEIVERS; receiver++) {
                pairs.add(accounts.pair(sender, receiver));
            }
        }
        return pairs;
    }

    private Stream<Pair> pairsTo(int receiver) {
        return Stream.iterate(0, sender -> sender < Accounts.SENDERS, sender -> sender + 1)
                .map(sender -> accounts.pair(sender, receiver));
    }

    private String accounts() {
        StringBuilder text = new StringBuilder();
        pairs().forEach(pair -> text.append(pair).append('\n'));
        return text.toString();
    }

    /** A receiver has one message in flight at a time, so each kill repeats one of it at most. */
    private void assertAccounts(int kills) {
        String shown = "seed=" + seed + " kills=" + kills + "\n" + accounts();
        assertEquals(0, sum(pairs().stream().mapToLong(Pair::wrong)), shown);
        for (int receiver = 0; receiver < Accounts.RECEIVERS; receiver++) {
            long again = sum(pairsTo(receiver).mapToLong(Pair::offeredAgain));
            assertTrue(again <= kills + 1, shown);
        }
    }

    private static long sum(LongStream numbers) {
        return numbers.sum();
    }

    /** The last life is not killed: all that was sent before is handled in it. */
    private void finish(List<String> numbers, int kills) {
        try (var machine = LaunchedMachine.start(directory)) {
            awaitProgress(machine);
            accounts.enough();
            await(machine, () -> pairs().stream().allMatch(Pair::settled), "not all is handled");
            assertAccounts(kills);
            assertEquals(numbers, numbers(machine));
            assertTrue(pairs().stream().allMatch(pair -> pair.whole() > 0), this::accounts);
            assertTrue(sum(pairs().stream().mapToLong(Pair::throwing)) > 0, this::accounts);
            assertEquals(0, machine.stop(), machine.rest());
        }
    }

    /** A machine that is killed at the end, and its frame memory kept. */
    private record Kept(LaunchedMachine it) implements AutoCloseable {
        @Override
        public void close() {
            it.kill();
        }
    }
}
