package org.brattice.hypervisor.resource;

import java.lang.foreign.MemorySegment;
import java.time.Instant;

import org.brattice.api.Move;
import org.brattice.api.Resource;
import org.brattice.hypervisor.memory.FrameLayout;
import org.brattice.hypervisor.memory.Text;
import org.brattice.hypervisor.memory.Word;

/**
 * An entry of the move journal in the frame. Its id is 0 while it is written; the state, and what came of
 * the move, change afterwards, and the checksum does not cover them. Under the journal's monitor.
 */
final class JournalEntry {
    private static final int PROCESSOR = 1;
    private static final int BLOCK = 2;
    private static final int SLOT = 3;
    private static final int NAME_LIMIT = (int) (FrameLayout.MOVE_TO - FrameLayout.MOVE_FROM);
    private static final int CAUSE_LIMIT = (int) (FrameLayout.MOVE_OUTCOME
            - FrameLayout.MOVE_CAUSE);
    private static final int OUTCOME_LIMIT = (int) (FrameLayout.MOVE_SIZE
            - FrameLayout.MOVE_OUTCOME);
    private static final int TEXT_BITS = 16;
    private static final int TEXT_MASK = (1 << TEXT_BITS) - 1;

    private final MemorySegment memory;
    private final long at;

    JournalEntry(MemorySegment memory, long at) {
        this.memory = memory;
        this.at = at;
    }

    private long word(long offset) {
        return Word.opaque(memory, at + offset);
    }

    private void word(long offset, long value) {
        Word.release(memory, at + offset, value);
    }

    /** Writes a move that begins; returns it as it stands there. */
    Move write(Move move) {
        word(FrameLayout.MOVE_ID, 0);
        word(FrameLayout.MOVE_STATE, move.state().code());
        word(FrameLayout.MOVE_ENDED, move.ended().toEpochMilli());
        word(FrameLayout.MOVE_OUTCOME_LENGTH,
                text(FrameLayout.MOVE_OUTCOME, OUTCOME_LIMIT, move.outcome()));
        word(FrameLayout.MOVE_BEGUN, move.begun().toEpochMilli());
        word(FrameLayout.MOVE_RESOURCE, resource(move.resource()));
        word(FrameLayout.MOVE_PARTITIONS, pack(move.fromNumber(), move.toNumber()));
        long lengths = text(FrameLayout.MOVE_LOCATION, FrameLayout.LOCATION_LIMIT,
                location(move.resource()));
        lengths |= text(FrameLayout.MOVE_FROM, NAME_LIMIT, move.from()) << TEXT_BITS;
        lengths |= text(FrameLayout.MOVE_TO, NAME_LIMIT, move.to()) << 2 * TEXT_BITS;
        lengths |= text(FrameLayout.MOVE_CAUSE, CAUSE_LIMIT, move.cause()) << 3 * TEXT_BITS;
        word(FrameLayout.MOVE_LENGTHS, lengths);
        word(FrameLayout.MOVE_CHECKSUM, checksum() ^ move.id());
        word(FrameLayout.MOVE_ID, move.id());
        return read();
    }

    /** What has come of it; the state is stored last. */
    Move state(Move.State state, Instant moment, String outcome) {
        word(FrameLayout.MOVE_ENDED, moment.toEpochMilli());
        word(FrameLayout.MOVE_OUTCOME_LENGTH,
                text(FrameLayout.MOVE_OUTCOME, OUTCOME_LIMIT, outcome));
        word(FrameLayout.MOVE_STATE, state.code());
        return read();
    }

    private static long resource(Resource resource) {
        return switch (resource) {
            case Resource.Processor processor -> pack(PROCESSOR, processor.index());
            case Resource.MemoryBlock block -> pack(BLOCK, block.index());
            case Resource.Slot slot -> pack(SLOT, 0);
        };
    }

    private static String location(Resource resource) {
        return resource instanceof Resource.Slot slot ? slot.location() : "";
    }

    private long text(long offset, int limit, String text) {
        return Text.put(memory, at + offset, limit, text);
    }

    private static long pack(int low, int high) {
        return low & 0xffffffffL | (long) high << 32;
    }

    private long checksum() {
        return Text.checksum(memory, at + FrameLayout.MOVE_BEGUN,
                FrameLayout.MOVE_OUTCOME - FrameLayout.MOVE_BEGUN, -1) & 0xffffffffL;
    }

    /** The move that stands there, or null. */
    Move read() {
        long id = word(FrameLayout.MOVE_ID);
        Move.State state = Move.State.of((int) word(FrameLayout.MOVE_STATE));
        if (id <= 0 || state == null || word(FrameLayout.MOVE_CHECKSUM) != (checksum() ^ id)) {
            return null;
        }
        Resource resource = resource();
        long lengths = word(FrameLayout.MOVE_LENGTHS);
        long partitions = word(FrameLayout.MOVE_PARTITIONS);
        return resource == null
                ? null
                : new Move(id, resource, get(FrameLayout.MOVE_FROM, lengths >>> TEXT_BITS),
                        (int) partitions, get(FrameLayout.MOVE_TO, lengths >>> 2 * TEXT_BITS),
                        (int) (partitions >>> 32), state,
                        Instant.ofEpochMilli(word(FrameLayout.MOVE_BEGUN)),
                        Instant.ofEpochMilli(word(FrameLayout.MOVE_ENDED)),
                        Text.get(memory, at + FrameLayout.MOVE_CAUSE, CAUSE_LIMIT,
                                lengths >>> 3 * TEXT_BITS & TEXT_MASK),
                        Text.get(memory, at + FrameLayout.MOVE_OUTCOME, OUTCOME_LIMIT,
                                word(FrameLayout.MOVE_OUTCOME_LENGTH)));
    }

    private String get(long offset, long length) {
        return Text.get(memory, at + offset, NAME_LIMIT, length & TEXT_MASK);
    }

    private Resource resource() {
        long word = word(FrameLayout.MOVE_RESOURCE);
        int index = (int) (word >>> 32);
        try {
            return switch ((int) word) {
                case PROCESSOR -> new Resource.Processor(index);
                case BLOCK -> new Resource.MemoryBlock(index);
                case SLOT -> new Resource.Slot(
                        Text.get(memory, at + FrameLayout.MOVE_LOCATION,
                                FrameLayout.LOCATION_LIMIT, word(FrameLayout.MOVE_LENGTHS)
                                        & TEXT_MASK));
                default -> null;
            };
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
