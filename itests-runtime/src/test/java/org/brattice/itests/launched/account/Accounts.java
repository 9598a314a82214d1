package org.brattice.itests.launched.account;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A mapped file with an account for each pair of sender and receiver, and an order for the conductor. Its
 * pages outlive a killed process, and a killed process leaves its stores in their order. It has nothing to
 * do with frame memory, so what that loses shows here.
 */
public final class Accounts {
    /** Partitions that send. */
    public static final int SENDERS = 3;
    /** Partitions that receive. */
    public static final int RECEIVERS = 3;
    private static final String FILE = "accounts";
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final long ORDER = 0;
    private static final long BEGUN = 64;
    private static final long DONE = 128;
    private static final long ENOUGH = 192;
    private static final long PAIRS = 4096;
    private static final long PAIR = 1 << 14;

    private final MemorySegment memory;

    private Accounts(MemorySegment memory) {
        this.memory = memory;
    }

    /** Of a data directory. */
    public static Accounts in(Path data) {
        try (FileChannel file = FileChannel.open(data.resolve(FILE), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Accounts(file.map(FileChannel.MapMode.READ_WRITE, 0,
                    PAIRS + SENDERS * RECEIVERS * PAIR, Arena.ofAuto()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Name of a partition that sends. */
    public static String sender(int index) {
        return "sender-" + index;
    }

    /** Name of a partition that receives. */
    public static String receiver(int index) {
        return "receiver-" + index;
    }

    /** The index in a partition's name. */
    public static int index(String partition) {
        return partition.charAt(partition.length() - 1) - '0';
    }

    /** The account of a pair. */
    public Pair pair(int sender, int receiver) {
        long base = PAIRS + (sender * RECEIVERS + receiver) * PAIR;
        return new Pair(memory.asSlice(base, PAIR), sender, receiver);
    }

    static long get(MemorySegment memory, long word) {
        return (long) WORD.getAcquire(memory, word);
    }

    static void set(MemorySegment memory, long word, long value) {
        WORD.setRelease(memory, word, value);
    }

    /** Gives the conductor an order; its number. */
    public long order(Order order, int argument) {
        long number = (get(memory, ORDER) >>> 16) + 1;
        set(memory, ORDER, number << 16 | (long) order.ordinal() << 8 | argument);
        return number;
    }

    long ordered() {
        return get(memory, ORDER);
    }

    void begun(long number) {
        set(memory, BEGUN, number);
    }

    void done(long number) {
        set(memory, DONE, number);
    }

    /** The latest order that the conductor has begun. */
    public long begun() {
        return get(memory, BEGUN);
    }

    /** The latest order that the conductor has carried out. */
    public long done() {
        return get(memory, DONE);
    }

    /** Senders stop for good. */
    public void enough() {
        set(memory, ENOUGH, 1);
    }

    boolean isEnough() {
        return get(memory, ENOUGH) != 0;
    }
}
