package org.brattice.recovery;

import java.time.Duration;
import java.util.function.LongSupplier;

import org.brattice.api.FaultReport;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Moves an IPCA in which a record is damaged to a fresh region: what is valid and unread goes with it, and what it
 * leaves can be looked at. Once in ten seconds for each partition; then the next module is asked.
 */
@Component(property = {Constants.SERVICE_RANKING + ":Integer=100",
        RecoveryModule.FAULTS + "=CORRUPTED"})
public final class RemapDamaged implements RecoveryModule {
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final Budget budget;

    @Activate
    public RemapDamaged() {
        this(System::nanoTime);
    }

    RemapDamaged(LongSupplier clock) {
        this.budget = new Budget(1, WINDOW, clock);
    }

    @Override
    public synchronized Verdict recover(FaultReport report) {
        return report.partition().ipca() != null && budget.spend(report.partition().name())
                ? new Verdict.Remap()
                : null;
    }
}
