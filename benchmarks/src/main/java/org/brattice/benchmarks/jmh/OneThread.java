package org.brattice.benchmarks.jmh;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Delivery;
import org.brattice.benchmarks.machine.Rings;
import org.brattice.benchmarks.peer.ToIntake;
import org.brattice.hypervisor.vsr.Holder;
import org.brattice.hypervisor.vsr.Scanner;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a message costs without another thread that fights for its cache lines, and its parts. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OneThread {
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final long RING = 1 << 20;
    private static final long BLOCK = 64 << 10;
    private static final long LINE = 64;

    /** Bytes of the payload. */
    @Param({"32", "256", "4096"})
    public int bytes;

    private Rings rings;
    private int receiver;
    private Holder sender;
    private Scanner scanner;
    private MemorySegment payload;
    private MemorySegment target;
    private long at;
    private long read;

    /** Opens the rings. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        rings = new Rings(Path.of(System.getProperty("java.io.tmpdir")));
        receiver = rings.partition(RING);
        sender = rings.holder(rings.partition(BLOCK), false);
        sender.bind();
        scanner = rings.scanner(receiver, new ToIntake((first, last) -> read += first));
        payload = Arena.ofAuto().allocate(bytes, LINE);
        target = Arena.ofAuto().allocate(RING, LINE);
    }

    /** Closes them. */
    @TearDown(Level.Trial)
    public void close() {
        rings.close();
    }

    /** A message, sent and read. */
    @Benchmark
    public long sendAndScan() {
        rings.vsr().send(sender, receiver, payload, Delivery.TRY);
        scanner.poll(1);
        return read;
    }

    /** The copy of it alone. */
    @Benchmark
    public MemorySegment copy() {
        MemorySegment.copy(payload, 0, target, at, bytes);
        at = (at + bytes) % RING;
        return target;
    }

    /** The lease alone: one compare-and-set and its release. */
    @Benchmark
    public boolean lease() {
        boolean taken = WORD.compareAndSet(target, 0L, 0L, 1L);
        WORD.setRelease(target, 0L, 0L);
        return taken;
    }
}
