package org.brattice.benchmarks;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;

import org.brattice.benchmarks.peer.Peer;
import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Settings;
import org.brattice.benchmarks.work.WorkKind;

/**
 * The process of one peer: does the work it is told on standard input, one line each, and answers with
 * one line. Between two of them it does nothing, so that the others have the machine to themselves.
 */
public final class Contestant {
    static final String FIGURES = "figures ";
    static final String CANNOT = "cannot ";
    static final String FAILED = "failed ";

    private Contestant() {}

    /** Takes the peer's name. */
    public static void main(String[] words) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        try (Peer peer = PeerKind.valueOf(words[0]).open();
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in))) {
            answers.println(FIGURES + "ready=1");
            for (String order; (order = orders.readLine()) != null;) {
                answers.println(answer(peer, order));
            }
        }
    }

    private static String answer(Peer peer, String order) {
        String[] pair = order.split(" ", 2);
        try {
            return FIGURES
                    + WorkKind.valueOf(pair[0]).work().measure(peer, Settings.parse(pair[1]));
        } catch (UnsupportedOperationException e) {
            return CANNOT + e.getMessage();
        } catch (Exception e) {
            e.printStackTrace();
            return FAILED + e;
        }
    }
}
