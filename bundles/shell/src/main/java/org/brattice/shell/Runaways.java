package org.brattice.shell;

import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

import org.brattice.api.Printable;
import org.brattice.api.Runaway;

/** Threads that nothing can end, for people: the first of them, whose they are, and what is to be done. */
final class Runaways {
    private static final int SHOWN = 8;

    private Runaways() {}

    static void print(List<Runaway> all, PrintStream out) {
        if (all.isEmpty()) {
            return;
        }
        all.stream().limit(SHOWN).forEach(one -> out.println("runaway of " + one.partition()
                + " since " + one.since() + ": " + Printable.of(one.doing())));
        if (all.size() > SHOWN) {
            out.println("and " + (all.size() - SHOWN) + " more, of "
                    + all.stream().skip(SHOWN).map(Runaway::partition).distinct()
                            .collect(Collectors.joining(", ")));
        }
        out.println("runaways=" + all.size() + ": nothing but the end of the process ends them;"
                + " stop their bundles, then say exit and start again: the frame keeps all messages");
    }
}
