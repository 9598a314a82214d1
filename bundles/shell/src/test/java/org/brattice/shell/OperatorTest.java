package org.brattice.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.brattice.api.HypervisorCallException;
import org.junit.jupiter.api.Test;

class OperatorTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private final Operator operator = new Operator(new FakeHypervisor());
    private final FakeIpca ipca = new FakeIpca();

    @Test
    void shouldCallOnTheProcessorOfTheConsole() throws Exception {
        boot(Runnable::run);
        assertEquals("2", operator.call(LIMIT, service -> "" + service.number("echo")));
    }

    @Test
    void shouldPassOnWhatTheHypervisorSays() {
        boot(Runnable::run);
        assertEquals("no", assertThrows(CommandFailed.class,
                () -> operator.call(LIMIT, service -> {
                    throw new HypervisorCallException("no");
                })).getMessage());
    }

    @Test
    void shouldNotRunWhatCameTooLate() {
        List<Runnable> tasks = new ArrayList<>();
        List<String> done = new ArrayList<>();
        boot(tasks::add);
        assertEquals("partition=console has not done it within 20ms: see partition console, and"
                + " try again",
                assertThrows(CommandFailed.class, () -> operator.call(Duration.ofMillis(20),
                        service -> done.add("late"))).getMessage());
        tasks.forEach(Runnable::run);
        assertEquals(List.of(), done);
    }

    @Test
    void shouldWaitForTheConsoleToBoot() throws Exception {
        Thread booting = Thread.ofVirtual().start(() -> boot(Runnable::run));
        assertEquals("2", operator.call(LIMIT, service -> "" + service.number("echo")));
        booting.join();
    }

    @Test
    void shouldSayThatTheConsoleIsNotRunning() {
        boot(Runnable::run).halt();
        assertEquals("partition=console is not running, and commands go through it: say why"
                + " console",
                assertThrows(CommandFailed.class,
                        () -> operator.call(Duration.ofMillis(20),
                                service -> service.number("echo")))
                        .getMessage());
    }

    @Test
    void shouldNotForgetANewBootWhenTheOldOneHalts() throws Exception {
        Console old = boot(Runnable::run);
        boot(Runnable::run);
        old.halt();
        assertEquals("2", operator.call(LIMIT, service -> "" + service.number("echo")));
    }

    private Console boot(java.util.function.Consumer<Runnable> processor) {
        Console console = new Console(ipca, operator);
        console.boot(new FakeBoot(processor));
        return console;
    }
}
