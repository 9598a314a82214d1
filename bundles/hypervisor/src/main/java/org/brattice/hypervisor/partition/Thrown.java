package org.brattice.hypervisor.partition;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

import org.brattice.api.Fault;

/**
 * What partition code threw, in words. It is partition code itself, so what describes it may throw too:
 * then its class alone is told.
 */
final class Thrown {
    private static final int FRAMES = 8;
    private static final int HEAD = 370;

    private static final Set<String> CHECKS = Set.of("java.util.Objects",
            "jdk.internal.util.Preconditions");
    private static final List<String> SEGMENTS = List.of("jdk.internal.foreign.",
            "jdk.internal.misc.ScopedMemoryAccess", "java.lang.foreign.",
            "java.lang.invoke.VarHandleSegment", "jdk.internal.misc.ScopedAccess");

    private Thrown() {}

    /** The kind of fault that a throwable tells: more closely, when a handler or a task threw it. */
    static Fault.Kind kind(Fault.Kind kind, Throwable thrown) {
        if (kind != Fault.Kind.HANDLER_THREW && kind != Fault.Kind.TASK_THREW) {
            return kind;
        }
        if (thrown instanceof OutOfMemoryError) {
            return Fault.Kind.OUT_OF_MEMORY;
        }
        return refusedBySegment(thrown) ? Fault.Kind.OUT_OF_BOUNDS : kind;
    }

    /** Whether a memory segment refused an access: outside its bounds, its life, or its thread. */
    private static boolean refusedBySegment(Throwable thrown) {
        Class<?> type = thrown.getClass();
        if (type != IndexOutOfBoundsException.class && type != IllegalStateException.class
                && type != WrongThreadException.class) {
            return false;
        }
        return Arrays.stream(thrown.getStackTrace()).map(StackTraceElement::getClassName)
                .filter(name -> !CHECKS.contains(name)
                        && !name.startsWith("jdk.internal.util.Preconditions$"))
                .findFirst().filter(name -> SEGMENTS.stream().anyMatch(name::startsWith))
                .isPresent();
    }

    /** As it describes itself. */
    static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (Throwable e) {
            return thrown.getClass().getName();
        }
    }

    static boolean ofJdk(StackTraceElement frame) {
        String name = frame.getClassName();
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("sun.");
    }

    private static boolean ofHypervisor(StackTraceElement frame) {
        return frame.getClassName().startsWith("org.brattice.hypervisor.");
    }

    /** The head of a stack trace from the first frame that is neither the JDK's nor ours, a line a frame. */
    static String head(StackTraceElement[] trace) {
        List<String> frames = Arrays.stream(trace)
                .dropWhile(frame -> ofJdk(frame) || ofHypervisor(frame)).limit(FRAMES)
                .map(frame -> "at " + frame).toList();
        StringBuilder head = new StringBuilder();
        for (String frame : frames) {
            // A log cuts what is longer.
            if (head.length() + frame.length() < HEAD) {
                head.append(head.isEmpty() ? "" : "\n").append(frame);
            }
        }
        return head.toString();
    }

    /** The head of its stack trace, a line a frame; empty when there is none. */
    static String head(Throwable thrown) {
        StringBuilder head = new StringBuilder();
        try {
            head.append(head(thrown.getStackTrace()));
        } catch (Throwable e) {
            head.append("no stack trace: ").append(e.getClass().getName());
        }
        return head.toString();
    }
}
