package org.brattice.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Starts the process of a machine, and starts it again when it was killed, has crashed, or asks for it: with the
 * frame and all messages as they were. The {@code brattice} script calls it with the command line of that process.
 */
public final class Supervise {
    /** What a machine ends with that is to be started again; 128 and the number of a signal that nobody asks to end by. */
    private static final int WANTED = 75;
    private static final int SIGNALLED = 128;
    private static final Set<Integer> CRASHES = Set.of(4, 6, 7, 8, 9, 11);
    private static final int MOST = 5;
    private static final Duration WINDOW = Duration.ofSeconds(60);

    private final List<String> command;
    private final Deque<Long> restarts = new ArrayDeque<>();
    private volatile Process process;
    private volatile boolean stopping;

    private Supervise(List<String> command) {
        this.command = command;
    }

    /** The command line of the process, as arguments. */
    public static void main(String[] command) throws InterruptedException {
        var supervise = new Supervise(List.of(command));
        Runtime.getRuntime().addShutdownHook(new Thread(supervise::end, "end"));
        int status = supervise.run();
        if (!supervise.stopping) {
            System.exit(status);
        }
    }

    /** A signal ends the machine in order; this process ends when that has ended. */
    private void end() {
        stopping = true;
        Process running = process;
        if (running != null) {
            running.destroy();
            running.onExit().join();
        }
    }

    private int run() throws InterruptedException {
        while (true) {
            int status;
            try {
                process = new ProcessBuilder(command).inheritIO().start();
                if (stopping) {
                    process.destroy();
                }
                status = process.waitFor();
            } catch (IOException e) {
                Console.say("the machine could not be started: " + e.getMessage());
                return ExitStatus.NOT_RUNNING;
            }
            if (stopping || !again(status)) {
                return status;
            }
            if (spent()) {
                Console.say("the machine ended with status=" + status + ", and was started again "
                        + MOST + " times in " + WINDOW.toSeconds() + " s: it is not any more; see"
                        + " log/brattice.log in its data directory");
                return ExitStatus.NOT_RUNNING;
            }
            Console.say("the machine ended with status=" + status + (status == WANTED
                    ? ", as it asked for a restart"
                    : "") + ": it is started again, with its frame as it was");
        }
    }

    private static boolean again(int status) {
        return status == WANTED || CRASHES.contains(status - SIGNALLED);
    }

    private boolean spent() {
        long now = System.nanoTime();
        while (!restarts.isEmpty() && now - restarts.peek() > WINDOW.toNanos()) {
            restarts.remove();
        }
        restarts.add(now);
        return restarts.size() > MOST;
    }
}
