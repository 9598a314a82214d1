package org.brattice.hypervisor.partition;

import org.brattice.api.HypervisorCallException;
import org.brattice.api.Relocation;
import org.brattice.api.Resource;

/** A move as one of the two partitions sees it. */
final class MoveView implements Relocation {
    private final Moving moving;
    private final BootRun run;
    private final boolean winner;

    MoveView(Moving moving, BootRun run, boolean winner) {
        this.moving = moving;
        this.run = run;
        this.winner = winner;
    }

    @Override
    public long move() {
        return moving.move().id();
    }

    @Override
    public Resource resource() {
        return moving.move().resource();
    }

    @Override
    public String from() {
        return moving.move().from();
    }

    @Override
    public String to() {
        return moving.move().to();
    }

    @Override
    public int toNumber() {
        return moving.move().toNumber();
    }

    @Override
    public String cause() {
        return moving.move().cause();
    }

    @Override
    public boolean byHypervisor() {
        return winner && moving.byHypervisor();
    }

    @Override
    public boolean announce() {
        if (winner || Processor.current() != run.scanning() || run.fenced()) {
            throw new HypervisorCallException("move=" + move() + " is announced by its loser "
                    + from() + ", on its first processor");
        }
        // Who answers late is not at fault.
        return !moving.open() || moving.announce(run);
    }
}
