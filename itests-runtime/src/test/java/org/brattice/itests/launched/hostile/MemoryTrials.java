package org.brattice.itests.launched.hostile;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.brattice.api.Boot;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;

/** Beyond the segments that it is handed. */
@SuppressWarnings("restricted")
final class MemoryTrials {
    private final Trials trials;

    MemoryTrials(Trials trials) {
        this.trials = trials;
    }

    void run(Boot boot, Message message) {
        List<MemorySegment> memory = boot.memory();
        for (int i = 0; i < memory.size(); i++) {
            segment("memory " + i, memory.get(i));
        }
        MemorySegment payload = message.payload();
        segment("payload", payload);
        trials.attempt("payload written", () -> {
            payload.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            return "written";
        });
        trials.attempt("payload filled", () -> payload.fill((byte) 1));
        trials.attempt("payload written as a buffer", () -> payload.asByteBuffer().put((byte) 1));
        message(message);
        trials.attempt("list of memory", () -> {
            // The list may be mine, but the next one must not be.
            memory.clear();
            if (!boot.memory().isEmpty()) {
                throw new Trials.Nothing("each call makes a list");
            }
            return "emptied";
        });
        trials.attempt("memory of the hypervisor, by the list of ranges", () -> {
            boot.ranges().set(0, new MemoryRange(0, 4096));
            return boot.memory().get(0).get(ValueLayout.JAVA_LONG, 0);
        });
    }

    private void segment(String name, MemorySegment segment) {
        long size = segment.byteSize();
        trials.attempt(name + ": byte behind", () -> segment.get(ValueLayout.JAVA_BYTE, size));
        trials.attempt(name + ": byte before", () -> segment.get(ValueLayout.JAVA_BYTE, -1));
        trials.attempt(name + ": long across the end",
                () -> segment.get(ValueLayout.JAVA_LONG_UNALIGNED, size - 4));
        trials.attempt(name + ": slice beyond", () -> segment.asSlice(0, size + 1));
        trials.attempt(name + ": slice before", () -> segment.asSlice(-8, 8));
        trials.attempt(name + ": slice that overflows",
                () -> segment.asSlice(size, Long.MAX_VALUE));
        trials.attempt(name + ": buffer beyond",
                () -> segment.asSlice(0, Math.min(size, 64)).asByteBuffer().get(
                        (int) Math.min(size, 64)));
        trials.attempt(name + ": copy beyond", () -> MemorySegment
                .ofArray(new byte[16]).copyFrom(segment.asSlice(size - 1, 16)));
        trials.attempt(name + ": reinterpret", () -> segment.reinterpret(size * 2));
        trials.attempt(name + ": other life",
                () -> segment.reinterpret(Arena.global(), null));
        trials.attempt(name + ": address of", () -> MemorySegment.ofAddress(segment.address())
                .reinterpret(size).get(ValueLayout.JAVA_BYTE, 0));
        trials.attempt(name + ": zero-length at", () -> MemorySegment
                .ofAddress(segment.address()).get(ValueLayout.JAVA_BYTE, 0));
        trials.attempt(name + ": dereferenced", () -> {
            // An address out of memory that I wrote myself, read with a target layout.
            MemorySegment cell = Arena.global().allocate(8);
            cell.set(ValueLayout.JAVA_LONG, 0, segment.address());
            return cell.get(ValueLayout.ADDRESS.withTargetLayout(
                    java.lang.foreign.MemoryLayout.sequenceLayout(64, ValueLayout.JAVA_BYTE)), 0);
        });
        trials.attempt(name + ": the array behind", () -> segment.heapBase().orElseThrow());
        trials.attempt(name + ": its arena", () -> {
            ((Arena) (Object) segment.scope()).close();
            return "closed";
        });
    }

    private void message(Message message) {
        int length = message.length();
        trials.attempt("message: byte behind", () -> message.getByte(length));
        trials.attempt("message: byte before", () -> message.getByte(-1));
        trials.attempt("message: int across the end", () -> message.getInt(length - 2));
        trials.attempt("message: long that overflows",
                () -> message.getLong(Long.MAX_VALUE - 3));
        trials.attempt("message: copy beyond", () -> {
            message.copyTo(0, MemorySegment.ofArray(new byte[length + 1]), 0, length + 1);
            return "copied";
        });
        trials.attempt("message: copy from before", () -> {
            message.copyTo(-64, MemorySegment.ofArray(new byte[64]), 0, 64);
            return "copied";
        });
        trials.attemptElsewhere("message on another thread", Thread.ofVirtual(), message::length);
        trials.attemptElsewhere("payload call on another thread", Thread.ofPlatform(),
                message::payload);
    }
}
