package org.brattice.benchmarks.moves;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.api.Move;
import org.brattice.api.MoveRequest;
import org.brattice.api.Resource;
import org.brattice.benchmarks.machine.EmbeddedMachine;

/** How long a move of an idle resource takes, there and back; clearing of memory apart, beside a bare fill. */
final class IdleMoves {
    private static final int WARM_UP = 100;
    private static final int MOVES = 400;
    private static final int BLOCKS = 60;
    private static final int BLOCK = 16 << 20;
    private static final Pattern CLEARED = Pattern.compile("cleared in ([0-9.]+) ms");

    private final Path target;

    IdleMoves(Path target) {
        this.target = target;
    }

    void run() throws Exception {
        Path disk = Files.write(Files.createTempFile(target, "disk", ".img"), new byte[4096]);
        try (EmbeddedMachine machine = new EmbeddedMachine(target,
                List.of("memory = 512 MiB", "block = 16 MiB",
                        "slot.U1-P1-C1 = block " + disk.getFileName() + " read-only"))) {
            Resident.run(machine, "alice", "processors=3", "memory=64 MiB",
                    "memory.minimum=16 MiB", "slots=U1-P1-C1");
            Resident.run(machine, "bob");
            Resource processor = new Resource.Processor(machine.hypervisor().holdings().stream()
                    .filter(one -> one.partition().equals("alice")).findAny().orElseThrow()
                    .processors().getLast());
            Resource block = new Resource.MemoryBlock(machine.hypervisor().holdings().stream()
                    .filter(one -> one.partition().equals("alice")).findAny().orElseThrow()
                    .spareBlocks().getLast());
            times(machine, "idle slot", new Resource.Slot("U1-P1-C1"), WARM_UP);
            print("idle slot",
                    times(machine, "idle slot", new Resource.Slot("U1-P1-C1"), MOVES));
            times(machine, "idle processor", processor, WARM_UP);
            print("idle processor", times(machine, "idle processor", processor, MOVES));
            blocks(machine, block);
        } finally {
            Files.delete(disk);
        }
    }

    /** Milliseconds of each move, ascending. */
    private static double[] times(EmbeddedMachine machine, String what, Resource resource,
            int moves) throws InterruptedException {
        double[] millis = new double[moves];
        for (int i = 0; i < moves; i++) {
            long start = System.nanoTime();
            move(machine, resource, i % 2 == 0 ? "bob" : "alice");
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        return millis;
    }

    private static Move move(EmbeddedMachine machine, Resource resource, String to)
            throws InterruptedException {
        Move move = machine.hypervisor().move(new MoveRequest(resource, to, false,
                Duration.ofSeconds(5), "measured"));
        if (move.state() != Move.State.DONE) {
            throw new IllegalStateException(move.toString());
        }
        return move;
    }

    private static void print(String what, double[] millis) {
        System.out.printf(Locale.ROOT, "move of an %s: median %.2f ms, 99 %% %.2f ms, of %d%n",
                what,
                millis[millis.length / 2], millis[millis.length * 99 / 100], millis.length);
    }

    private void blocks(EmbeddedMachine machine, Resource block) throws Exception {
        double[] whole = new double[BLOCKS];
        double[] clearing = new double[BLOCKS];
        double[] fill = new double[BLOCKS];
        Path file = Files.createTempFile(memory(), "brattice-fill-", ".mem");
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file,
                        StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment bare = channel.map(FileChannel.MapMode.READ_WRITE, 0, BLOCK, arena);
            for (int i = -10; i < BLOCKS; i++) {
                long start = System.nanoTime();
                Move move = move(machine, block, i % 2 == 0 ? "bob" : "alice");
                double millis = (System.nanoTime() - start) / 1e6;
                long begin = System.nanoTime();
                bare.fill((byte) 0);
                double filled = (System.nanoTime() - begin) / 1e6;
                if (i >= 0) {
                    Matcher cleared = CLEARED.matcher(move.outcome());
                    clearing[i] = cleared.find() ? Double.parseDouble(cleared.group(1)) : 0;
                    whole[i] = millis - clearing[i];
                    fill[i] = filled;
                }
            }
        } finally {
            Files.delete(file);
        }
        Arrays.sort(whole);
        Arrays.sort(clearing);
        Arrays.sort(fill);
        print("idle memory block of 16 MiB, without clearing", whole);
        System.out.printf(Locale.ROOT,
                "clearing of that block: median %.2f ms; a bare fill of 16 MiB:"
                        + " median %.2f ms; ratio %.2f%n",
                clearing[BLOCKS / 2], fill[BLOCKS / 2],
                clearing[BLOCKS / 2] / fill[BLOCKS / 2]);
    }

    private Path memory() throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? memory : target;
    }
}
