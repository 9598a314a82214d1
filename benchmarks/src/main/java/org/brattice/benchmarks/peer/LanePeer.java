package org.brattice.benchmarks.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A peer whose senders are plain threads: all but ours. */
abstract class LanePeer implements Peer {
    /** Opens a buffer and starts its reader. */
    abstract Lane lane(Load load, Intake intake) throws Exception;

    @Override
    public final Line line(Load load, Intake intake) throws Exception {
        Lane lane = lane(load, intake);
        List<Port> ports = new ArrayList<>();
        for (int i = 0; i < load.senders(); i++) {
            ports.add(lane.port());
        }
        return new Line() {
            @Override
            public void start(int sender, Consumer<Port> work) {
                Thread.ofPlatform().daemon().start(() -> work.accept(ports.get(sender)));
            }

            @Override
            public void close() {
                lane.close();
            }
        };
    }

    @Override
    public final Pair pair(int bytes, Intake first, Intake second) throws Exception {
        Load load = new Load(1, bytes, false, false);
        Lane toFirst = lane(load, first);
        Lane toSecond = lane(load, second);
        Port ofFirst = toSecond.port();
        Port ofSecond = toFirst.port();
        return new Pair() {
            @Override
            public Port first() {
                return ofFirst;
            }

            @Override
            public Port second() {
                return ofSecond;
            }

            @Override
            public void kick(long word) {
                while (!ofFirst.offer(word)) {
                    Thread.onSpinWait();
                }
            }

            @Override
            public void close() {
                toFirst.close();
                toSecond.close();
            }
        };
    }

    /** A peer whose receiver only polls cannot be asked to sleep. */
    static void checkAwake(Load load, String name) {
        if (load.sleeps()) {
            throw new UnsupportedOperationException(name + " has nothing that wakes a receiver");
        }
    }
}
