package org.brattice.recovery;

import org.brattice.api.FaultReport;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * Rolls a partition that does not boot, or hangs, back to the jar that last ran well, when there is one. It ranks below
 * {@link RestartWithBudget}: restarts are tried first.
 */
@Component(property = {Constants.SERVICE_RANKING + ":Integer=50",
        RecoveryModule.FAULTS + "=BOOT_FAILED", RecoveryModule.FAULTS + "=DEADLINE_MISSED",
        RecoveryModule.FAULTS + "=PROCESSOR_HUNG"})
public final class RollBackToGood implements RecoveryModule {
    @Override
    public Verdict recover(FaultReport report) {
        return report.good().isEmpty() ? null : new Verdict.RollBack();
    }
}
