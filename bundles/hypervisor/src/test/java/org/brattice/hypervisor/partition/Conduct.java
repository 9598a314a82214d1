package org.brattice.hypervisor.partition;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

import org.brattice.api.Boot;
import org.brattice.api.Relocation;
import org.brattice.api.Veto;

/** How firmware of the test answers when a resource is to move, and what it has found wrong. */
final class Conduct {
    /** Of moves that firmware may answer too late: who waits for other moves would wait for long. */
    static final String CAUSE = "the test asks";
    private static final int SIDES = 20;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Who answers too late does not answer before this is opened. */
    void close() {
        gate = new CountDownLatch(1);
    }

    void open() {
        gate.countDown();
    }

    /** Agrees, mostly; it may have its processors do something for long. */
    void answer(RandomGenerator random, Relocation relocation, Boot boot) throws Exception {
        switch (random.nextInt(SIDES)) {
            case 0, 1, 2 -> throw new Veto("not now");
            case 3 -> throw new IllegalStateException("out of order");
            case 4, 5 -> {
                if (relocation.cause().equals(CAUSE)) {
                    gate.await();
                }
            }
            case 6, 7 -> {
                for (int i = 0; i < Rig.PROCESSORS && relocation.cause().equals(CAUSE); i++) {
                    boot.run(this::await);
                }
            }
            default -> {
                // It agrees.
            }
        }
    }

    private void await() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            // It is shut out.
        }
    }

    void wrong(String what) {
        wrong.add(what);
    }

    Queue<String> wrong() {
        return wrong;
    }
}
