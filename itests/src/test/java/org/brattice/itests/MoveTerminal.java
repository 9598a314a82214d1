package org.brattice.itests;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Move;
import org.brattice.api.Relocation;
import org.brattice.api.Veto;
import org.osgi.framework.BundleContext;

/** A partition that notes what it hears of moves, and answers as the test says. */
final class MoveTerminal extends Terminal {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    volatile String veto;
    volatile double memoryUse = Double.NaN;
    /** Why its boots fail, or null. */
    volatile String fails;
    volatile CountDownLatch holds;

    MoveTerminal(String name) {
        super(name);
    }

    @Override
    public Firmware firmware(BundleContext ownContext, IpcaService ownIpca) {
        return new Hands(ownContext, ownIpca) {
            @Override
            public void boot(Boot newBoot) {
                if (fails != null) {
                    throw new IllegalStateException(fails);
                }
                super.boot(newBoot);
            }

            @Override
            public double memoryUse() {
                return memoryUse;
            }

            @Override
            public void releasing(Relocation relocation) throws Exception {
                heard.add("releasing " + relocation.resource() + " to " + relocation.to()
                        + ", " + relocation.cause());
                answer();
            }

            @Override
            public void arriving(Relocation relocation) throws Exception {
                heard.add("arriving " + relocation.resource() + " from " + relocation.from()
                        + (relocation.byHypervisor() ? " by hypervisor" : ""));
                answer();
            }

            @Override
            public void relocated(Move move) {
                heard.add(move.resource() + " " + move.state());
            }
        };
    }

    private void answer() throws Exception {
        CountDownLatch latch = holds;
        if (latch != null) {
            latch.await();
        }
        if (veto != null) {
            throw new Veto(veto);
        }
    }

    String hears() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }
}
