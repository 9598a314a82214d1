package org.brattice.recovery;

import java.util.Arrays;

import org.brattice.api.FaultReport;
import org.brattice.api.Hypervisor;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/**
 * Has partitions that depend on another hear of its faults without having asked for that: each comes as a message to
 * {@code Firmware.faulted}. It gives no verdict: the next module is asked. One for each configuration of the factory
 * {@code org.brattice.recovery.NotifyPeers}.
 */
@Component(configurationPid = "org.brattice.recovery.NotifyPeers",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Constants.SERVICE_RANKING + ":Integer=2000")
public final class NotifyPeers implements RecoveryModule {
    private final Hypervisor hypervisor;
    private final Peers peers;

    /** Who hears of whom. */
    public @interface Peers {
        /** Name of the partition that may fail. */
        String partition() default "";

        /** Names of those that hear of it; in a file with commas between. */
        String[] peers() default {};
    }

    @Activate
    public NotifyPeers(@Reference Hypervisor hypervisor, Peers peers) {
        this.hypervisor = hypervisor;
        this.peers = peers;
    }

    @Override
    public Verdict recover(FaultReport report) {
        if (report.partition().name().equals(peers.partition())) {
            Arrays.stream(peers.peers()).flatMap(names -> Arrays.stream(names.split(",")))
                    .map(String::strip).filter(name -> !name.isEmpty())
                    .forEach(name -> hypervisor.tell(name, report.fault()));
        }
        return null;
    }
}
