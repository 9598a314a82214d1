package org.brattice.hypervisor.vsr;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Word;

/**
 * An input as a program of stores into a frame, 11 bytes each: where (a table or ring, and how),
 * which word of it, 2 bytes, and what, 8 bytes. One kind of step stores no value but makes the
 * guards of an IPCA's records right, so that damage gets behind that check.
 */
final class Damage {
    private static final int STORE = 11;
    private static final int LIMIT = 64;

    private final MemorySegment memory;
    private final FrameLayout layout;
    private final ByteBuffer input;

    Damage(Frame frame, byte[] input) {
        this.memory = frame.memory();
        this.layout = frame.layout();
        this.input = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    }

    void inflict() {
        for (int i = 0; i < LIMIT && input.remaining() >= STORE; i++) {
            store(input.get() & 0xff, input.getShort() & 0xffff, input.getLong());
        }
    }

    private void store(int how, int word, long value) {
        int index = how >>> 3 & 3;
        long base = switch (how & 7) {
            case 0 -> FrameLayout.HEADER_SIZE;
            case 1 -> layout.row(index);
            case 2 -> layout.page(index);
            case 3 -> layout.controls(index);
            case 5 -> layout.retryRow(0);
            default -> ring(index);
        };
        long size = switch (how & 7) {
            case 0 -> 8L * layout.blocks();
            case 1 -> FrameLayout.ROW_SIZE;
            case 2 -> layout.pageStride();
            case 3 -> FrameLayout.CONTROL_SIZE;
            // Stores, fault log, who owns what, and the journal.
            case 5 -> layout.hypervisorSize() - layout.retryRow(0);
            default -> FrameFuzz.IPCA;
        };
        long at = base + word % (size / 8) * 8;
        if ((how & 7) == 7) {
            guard(index);
        } else if ((how & 0x20) != 0) {
            Word.plain(memory, at, Word.plain(memory, at) ^ value);
        } else if ((how & 7) == 0 && (how & 0x40) != 0) {
            Word.plain(memory, FrameLayout.HEADER_NEXT_NUMBER, value);
        } else {
            Word.plain(memory, at, value);
        }
    }

    private long ring(int index) {
        // The first blocks behind the tables, in the order in which the partitions were made.
        long blockSize = Word.opaque(memory, FrameLayout.HEADER_BLOCK);
        long first = (layout.hypervisorSize() + blockSize - 1) / blockSize;
        return (first + index % 3) * blockSize;
    }

    /** Makes every header in the chain right, whatever it says. */
    private void guard(int index) {
        long cursor = Word.opaque(memory,
                layout.controls(index % 3) + FrameLayout.CONTROL_CURSOR);
        MemorySegment ring = memory.asSlice(ring(index), FrameFuzz.IPCA);
        if (cursor < 0 || cursor % RecordLayout.UNIT != 0) {
            return;
        }
        Chain.of(ring, cursor, (position, size) -> {
            long at = position & FrameFuzz.IPCA - 1;
            long sourceAndFlags = Word.plain(ring, at + RecordLayout.SOURCE);
            int length = RecordLayout.low(Word.plain(ring, at + RecordLayout.LENGTH));
            int guard = RecordLayout.guard(position, sourceAndFlags, length,
                    Word.plain(ring, at + RecordLayout.STAMP));
            int kind = RecordLayout.high(sourceAndFlags) & RecordLayout.KIND;
            if (kind == RecordLayout.CHUNK && size >= RecordLayout.CHUNK_HEADER) {
                guard = RecordLayout.chunkGuard(guard,
                        Word.plain(ring, at + RecordLayout.STREAM),
                        Word.plain(ring, at + RecordLayout.OFFSET),
                        Word.plain(ring, at + RecordLayout.TOTAL),
                        Word.plain(ring, at + RecordLayout.ENTRY));
            }
            Word.plain(ring, at + RecordLayout.LENGTH, RecordLayout.pack(length, guard));
        });
    }
}
