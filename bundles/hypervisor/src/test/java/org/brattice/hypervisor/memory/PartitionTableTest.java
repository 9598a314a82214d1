package org.brattice.hypervisor.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.brattice.hypervisor.memory.FrameDescription.Backing;
import org.brattice.hypervisor.memory.PartitionTable.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionTableTest {
    @TempDir
    Path data;
    private Frame frame;
    private PartitionTable table;

    @BeforeEach
    void open() throws IOException {
        frame = Frame.open(data, new FrameDescription("test", 1 << 20, 64 << 10, 4, 8,
                Backing.DATA, Map.of()));
        table = new PartitionTable(frame);
    }

    @AfterEach
    void close() {
        frame.close();
    }

    private int add(String name) {
        int number = table.nextNumber();
        table.add(number, name, 4096);
        return number;
    }

    @Test
    void shouldKeepRowsOverProcesses() throws IOException {
        int echo = add("echo");
        int reader = add("öäü");
        table.control(reader, 3);
        table.boot(echo);

        close();
        open();

        assertEquals(Set.of(new Row(echo, "echo", 4096, -1), new Row(reader, "öäü", 4096, 3)),
                new HashSet<>(table.rows()));
        assertEquals(1, table.boots(echo));
        assertEquals(2, table.boot(echo));
    }

    @Test
    void shouldNeverGiveANumberAgain() throws IOException {
        Set<Integer> numbers = new HashSet<>();
        for (int round = 0; round < 50; round++) {
            int number = add("p" + round);
            assertTrue(numbers.add(number), "number=" + number);
            if (round % 3 != 0 || table.rows().size() == 4) {
                table.remove(number);
            }
            if (round % 10 == 0) {
                close();
                open();
            }
        }
    }

    @Test
    void shouldHaveOneRowForEachNumber() {
        int first = add("a");
        add("b");
        add("c");
        add("d");
        assertEquals(0, table.nextNumber());

        table.remove(first);

        int next = table.nextNumber();
        assertEquals(first + 4, next);
        table.add(next, "e", 8192);
        assertEquals(List.of("e"), table.rows().stream().filter(row -> row.number() == next)
                .map(Row::name).toList());
        assertEquals(4, table.rows().size());
    }

    @Test
    void shouldClearWhatTheFormerOwnerLeft() {
        int first = add("a");
        int peer = add("b");
        add("c");
        add("d");
        long page = frame.layout().page(table.index(first));
        long fromPeer = frame.layout().page(table.index(peer)) + FrameLayout.PAGE_PEERS
                + table.index(first) * FrameLayout.PEER_SIZE;
        Word.opaque(frame.memory(), page + FrameLayout.PAGE_SUMMARY, 1);
        Word.opaque(frame.memory(), page + FrameLayout.PAGE_STREAMS, 77);
        Word.opaque(frame.memory(), page + FrameLayout.PAGE_PEERS, 78);
        Word.opaque(frame.memory(), fromPeer, 79);
        table.control(first, 5);
        table.boot(first);

        table.remove(first);
        int next = add("e");

        assertEquals(table.index(first), table.index(next));
        assertEquals(0, Word.opaque(frame.memory(), page + FrameLayout.PAGE_SUMMARY));
        assertEquals(0, Word.opaque(frame.memory(), page + FrameLayout.PAGE_STREAMS));
        assertEquals(0, Word.opaque(frame.memory(), page + FrameLayout.PAGE_PEERS));
        assertEquals(0, Word.opaque(frame.memory(), fromPeer));
        assertEquals(-1, table.control(next));
        assertEquals(0, table.boots(next));
    }

    /** An old sender may still name one when its receiver has gone and the row has a new owner. */
    @Test
    void shouldNeverGiveAStreamAgain() {
        int first = add("a");
        add("b");
        add("c");
        add("d");
        long next = frame.layout().page(table.index(first)) + FrameLayout.PAGE_NEXT_STREAM;
        Word.opaque(frame.memory(), next, 12);

        table.remove(first);
        add("e");

        assertEquals(12, Word.opaque(frame.memory(), next));
    }

    @Test
    void shouldSwitchTheControlAreaAndRaiseTheEpoch() {
        int number = add("a");
        table.control(number, 0);

        table.moved(number, 2);

        assertEquals(2, table.control(number));
        assertEquals(1, Word.opaque(frame.memory(),
                frame.layout().row(table.index(number)) + FrameLayout.ROW_EPOCH));
        table.control(number, -1);
        assertEquals(-1, table.control(number));
    }

    private void damage(int number, long word, long value) {
        Word.opaque(frame.memory(), frame.layout().row(table.index(number)) + word, value);
    }

    @Test
    void shouldFindNothingToRepairInATableThatIsWhole() {
        add("a");

        assertEquals(List.of(), table.repair());
    }

    @Test
    void shouldFreeRowsOfNumbersThatCannotBeTheirs() {
        int kept = add("a");
        int damaged = add("b");
        damage(damaged, FrameLayout.ROW_NUMBER, -7);

        assertEquals(List.of("row=2 of the partition table has number=-7, which cannot be; it was"
                + " freed, and what it owned"), table.repair());

        assertEquals(List.of(new Row(kept, "a", 4096, -1)), table.rows());
        assertEquals(List.of(), table.repair());
    }

    @Test
    void shouldLetGoOfControlAreasThatAreNone() {
        int number = add("a");
        damage(number, FrameLayout.ROW_CONTROL, 1L << 40);

        assertEquals(List.of("partition number=1 has control area 1099511627776, which cannot be; a"
                + " fresh one is made, and its messages are lost"), table.repair());

        assertEquals(-1, table.control(number));
    }

    @Test
    void shouldNotGiveANumberTwiceWhenTheNextOneIsDamaged() {
        add("a");
        int last = add("b");
        frame.word(FrameLayout.HEADER_NEXT_NUMBER, 0);

        assertEquals(List.of("next number=0 cannot be, for number=2 was given; it goes on behind"
                + " that"), table.repair());

        assertEquals(last + 1, table.nextNumber());
    }
}
