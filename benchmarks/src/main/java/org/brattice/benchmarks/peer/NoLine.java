package org.brattice.benchmarks.peer;

/** A peer that is only there to show a limit of the machine. */
abstract class NoLine implements Peer {
    @Override
    public final Line line(Load load, Intake intake) {
        throw new UnsupportedOperationException("it passes no messages");
    }

    @Override
    public final Pair pair(int bytes, Intake first, Intake second) {
        throw new UnsupportedOperationException("it passes no messages");
    }
}
