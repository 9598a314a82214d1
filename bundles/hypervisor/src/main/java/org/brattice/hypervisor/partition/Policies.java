package org.brattice.hypervisor.partition;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import org.brattice.api.Departure;
import org.brattice.api.RelocationPolicy;
import org.brattice.api.Resource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** The relocation policies that bundles have published, asked by their ranking. Any thread. */
final class Policies implements Departures.Planner {
    private static final long LIMIT_MILLIS = 2000;

    private final Advisers<RelocationPolicy> advisers;
    private final Predicate<String> known;

    /**
     * Policies of a framework.
     *
     * @param known whether a partition exists and has been admitted, by name
     */
    Policies(BundleContext context, Faults faults, Predicate<String> known) {
        this.advisers = new Advisers<>(context, RelocationPolicy.class, "relocation policy",
                LIMIT_MILLIS, faults);
        this.known = known;
    }

    void open() {
        advisers.open();
    }

    void close() {
        advisers.close();
    }

    @Override
    public CompletableFuture<Map<Resource, Departures.Place>> plan(Departure departure) {
        return advisers.turn(() -> ask(departure));
    }

    private Map<Resource, Departures.Place> ask(Departure departure) {
        Map<Resource, Departures.Place> places = new LinkedHashMap<>();
        Set<Resource> left = new HashSet<>(departure.resources());
        for (ServiceReference<RelocationPolicy> reference : advisers.ranked()) {
            String name = left.isEmpty() ? null : advisers.name(reference);
            if (name == null) {
                continue;
            }
            Departure rest = new Departure(departure.partition(), departure.number(),
                    departure.cause(),
                    departure.resources().stream().filter(left::contains).toList());
            Map<Resource, String> proposals = advisers.ask(reference,
                    policy -> copy(policy.relocate(rest)), answer -> nonsense(answer, rest));
            if (proposals != null) {
                proposals.forEach((resource, to) -> {
                    places.put(resource, new Departures.Place(to, name));
                    left.remove(resource);
                });
            }
        }
        return places;
    }

    /** On the policy's thread: it is its own code. */
    private static Map<Resource, String> copy(Map<Resource, String> proposals) {
        return proposals == null ? null : new LinkedHashMap<>(proposals);
    }

    private String nonsense(Map<Resource, String> proposals, Departure departure) {
        if (proposals == null) {
            return "proposed null";
        }
        for (Map.Entry<Resource, String> proposal : proposals.entrySet()) {
            String to = proposal.getValue();
            if (proposal.getKey() == null || !departure.resources().contains(proposal.getKey())) {
                return "proposed " + proposal.getKey() + ", which is not to be placed";
            }
            if (to == null || to.equals(departure.partition())
                    || !to.isEmpty() && !known.test(to)) {
                return "proposed " + proposal.getKey() + " for " + to + ", which is "
                        + (departure.partition().equals(to)
                                ? "the partition that departed"
                                : "no partition of the frame");
            }
        }
        return null;
    }
}
