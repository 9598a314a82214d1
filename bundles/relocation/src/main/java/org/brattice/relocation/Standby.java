package org.brattice.relocation;

import java.util.HashMap;
import java.util.Map;

import org.brattice.api.Departure;
import org.brattice.api.Hypervisor;
import org.brattice.api.PartitionState;
import org.brattice.api.RelocationPolicy;
import org.brattice.api.Resource;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/**
 * All that one partition leaves to another that is named for it, its standby, if that is running. One for each
 * configuration of the factory {@code org.brattice.relocation.Standby}.
 */
@Component(configurationPid = "org.brattice.relocation.Standby",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Constants.SERVICE_RANKING + ":Integer=200")
public final class Standby implements RelocationPolicy {
    private static final System.Logger LOGGER = System.getLogger("org.brattice.relocation");
    private final Hypervisor hypervisor;
    private final Pair pair;

    /** Who stands in for whom. */
    public @interface Pair {
        /** Name of the partition that may depart. */
        String partition();

        /** Name of the partition that stands in for it. */
        String standby();
    }

    @Activate
    public Standby(@Reference Hypervisor hypervisor, Pair pair) {
        if (pair.partition() == null || pair.partition().isBlank() || pair.standby() == null
                || pair.standby().isBlank()) {
            LOGGER.log(System.Logger.Level.WARNING, "configuration org.brattice.relocation.Standby:"
                    + " partition={0} standby={1} must both be names of partitions; it places"
                    + " nothing", pair.partition(), pair.standby());
        }
        this.hypervisor = hypervisor;
        this.pair = pair;
    }

    @Override
    public Map<Resource, String> relocate(Departure departure) {
        Map<Resource, String> places = new HashMap<>();
        boolean standsIn = departure.partition().equals(pair.partition())
                && hypervisor.partition(pair.standby())
                        .filter(one -> one.state() == PartitionState.RUNNING)
                        .isPresent();
        if (standsIn) {
            departure.resources().forEach(resource -> places.put(resource, pair.standby()));
        }
        return places;
    }
}
