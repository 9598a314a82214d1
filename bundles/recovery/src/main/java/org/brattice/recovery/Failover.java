package org.brattice.recovery;

import org.brattice.api.FaultReport;
import org.brattice.api.Hypervisor;
import org.brattice.api.PartitionState;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/**
 * Gives what a partition owns to its standby at once when it does not boot, hangs, or has lost what it depends on, if
 * the standby runs. One for each configuration of the factory {@code org.brattice.recovery.Failover}. It ranks above
 * {@link RestartWithBudget}: who has a standby does not wait for restarts.
 */
@Component(configurationPid = "org.brattice.recovery.Failover",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = {Constants.SERVICE_RANKING + ":Integer=200",
                RecoveryModule.FAULTS + "=BOOT_FAILED", RecoveryModule.FAULTS + "=DEADLINE_MISSED",
                RecoveryModule.FAULTS + "=PROCESSOR_HUNG",
                RecoveryModule.FAULTS + "=DEPENDENCY_LOST"})
public final class Failover implements RecoveryModule {
    private static final System.Logger LOGGER = System.getLogger("org.brattice.recovery");

    private final Hypervisor hypervisor;
    private final Pair pair;

    /** Who stands in for whom. */
    public @interface Pair {
        /** Name of the partition that may fail. */
        String partition() default "";

        /** Name of the partition that stands in for it. */
        String standby() default "";
    }

    @Activate
    public Failover(@Reference Hypervisor hypervisor, Pair pair) {
        if (pair.partition().isBlank() || pair.standby().isBlank()) {
            LOGGER.log(System.Logger.Level.WARNING, "configuration org.brattice.recovery.Failover:"
                    + " partition={0} standby={1} must both be names of partitions; it answers"
                    + " nothing", pair.partition(), pair.standby());
        }
        this.hypervisor = hypervisor;
        this.pair = pair;
    }

    @Override
    public Verdict recover(FaultReport report) {
        return report.partition().name().equals(pair.partition())
                && hypervisor.partition(pair.standby())
                        .filter(one -> one.state() == PartitionState.RUNNING).isPresent()
                                ? new Verdict.Reassign(pair.standby())
                                : null;
    }
}
