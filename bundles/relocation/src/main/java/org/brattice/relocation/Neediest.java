package org.brattice.relocation;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import org.brattice.api.Demand;
import org.brattice.api.Departure;
import org.brattice.api.Hypervisor;
import org.brattice.api.Performance;
import org.brattice.api.RelocationPolicy;
import org.brattice.api.Resource;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/**
 * Processors to whoever is the busiest, memory blocks to whose memory is the fullest, as the latest performance
 * checks have measured; where nobody is above the low mark, and for slots, the next policy is asked. Works when it is
 * configured: an empty configuration will do.
 */
@Component(configurationPid = "org.brattice.relocation.Neediest",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Constants.SERVICE_RANKING + ":Integer=100")
public final class Neediest implements RelocationPolicy {
    private final Hypervisor hypervisor;

    @Activate
    public Neediest(@Reference Hypervisor hypervisor) {
        this.hypervisor = hypervisor;
    }

    @Override
    public Map<Resource, String> relocate(Departure departure) {
        List<Performance> others = hypervisor.performance().stream()
                .filter(one -> one.number() != departure.number()).toList();
        String busiest = highest(others, Performance::busy);
        String fullest = highest(others, Performance::memoryUse);
        Map<Resource, String> places = new HashMap<>();
        for (Resource resource : departure.resources()) {
            String to = switch (resource) {
                case Resource.Processor processor -> busiest;
                case Resource.MemoryBlock block -> fullest;
                case Resource.Slot slot -> null;
            };
            if (to != null) {
                places.put(resource, to);
            }
        }
        return places;
    }

    private static String highest(List<Performance> all, ToDoubleFunction<Performance> share) {
        return all.stream().filter(one -> share.applyAsDouble(one) > Demand.LOW)
                .max(Comparator.comparingDouble(share)).map(Performance::partition).orElse(null);
    }
}
