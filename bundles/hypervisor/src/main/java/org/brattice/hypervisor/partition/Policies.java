package org.brattice.hypervisor.partition;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import org.brattice.api.Departure;
import org.brattice.api.Fault;
import org.brattice.api.RelocationPolicy;
import org.brattice.api.Resource;
import org.brattice.hypervisor.recovery.FaultLog;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The relocation policies that bundles have published, asked by their ranking on a thread of their own: what they do
 * wrong harms nobody. Any thread.
 */
final class Policies implements Departures.Planner {
    private static final long LIMIT_MILLIS = 2000;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final ServiceTracker<RelocationPolicy, RelocationPolicy> tracker;
    private final FaultLog faults;
    private final Predicate<String> known;
    /** The latest call of each policy that has not answered. */
    private final Map<RelocationPolicy, Thread> calls = new ConcurrentHashMap<>();
    private final ExecutorService asking = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("brattice-policies").factory());

    /**
     * Policies of a framework.
     *
     * @param known whether a partition exists and has been admitted, by name
     */
    Policies(BundleContext context, FaultLog faults, Predicate<String> known) {
        this.tracker = new ServiceTracker<>(context, RelocationPolicy.class, null);
        this.faults = faults;
        this.known = known;
    }

    void open() {
        tracker.open();
    }

    void close() {
        asking.shutdownNow();
        tracker.close();
    }

    @Override
    public CompletableFuture<Map<Resource, Departures.Place>> plan(Departure departure) {
        return CompletableFuture.supplyAsync(() -> ask(departure), asking);
    }

    private Map<Resource, Departures.Place> ask(Departure departure) {
        Map<Resource, Departures.Place> places = new LinkedHashMap<>();
        Set<Resource> left = new HashSet<>(departure.resources());
        for (ServiceReference<RelocationPolicy> reference : ranked()) {
            RelocationPolicy policy = left.isEmpty() ? null : tracker.getService(reference);
            if (policy != null) {
                String name = policy.getClass().getSimpleName();
                List<Resource> rest = departure.resources().stream().filter(left::contains)
                        .toList();
                proposals(reference, policy, new Departure(departure.partition(),
                        departure.number(), departure.cause(), rest)).forEach((resource, to) -> {
                            places.put(resource, new Departures.Place(to, name));
                            left.remove(resource);
                        });
            }
        }
        return places;
    }

    private List<ServiceReference<RelocationPolicy>> ranked() {
        ServiceReference<RelocationPolicy>[] references = tracker.getServiceReferences();
        return references == null
                ? List.of()
                : Arrays.stream(references).sorted(Comparator.reverseOrder()).toList();
    }

    /** What one policy proposes; nothing when it fails, or when one of its proposals cannot be. */
    private Map<Resource, String> proposals(ServiceReference<RelocationPolicy> reference,
            RelocationPolicy policy, Departure departure) {
        if (busy(policy)) {
            report(reference, policy, "has not answered the last time yet");
            return Map.of();
        }
        try {
            Map<Resource, String> proposals = call(policy, departure);
            String nonsense = nonsense(proposals, departure);
            if (nonsense == null) {
                return proposals;
            }
            report(reference, policy, "proposed " + nonsense);
        } catch (ExecutionException e) {
            report(reference, policy, "threw " + Thrown.text(e.getCause()));
        } catch (RuntimeException e) {
            report(reference, policy, "proposed what threw " + Thrown.text(e));
        } catch (TimeoutException e) {
            report(reference, policy, "did not answer in " + LIMIT_MILLIS + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Map.of();
    }

    /** Whether a policy is still inside its last call, which took too long. */
    private boolean busy(RelocationPolicy policy) {
        Thread thread = calls.get(policy);
        if (thread != null && !thread.isAlive()) {
            calls.remove(policy);
        }
        return calls.containsKey(policy);
    }

    private Map<Resource, String> call(RelocationPolicy policy, Departure departure)
            throws ExecutionException, TimeoutException, InterruptedException {
        CompletableFuture<Map<Resource, String>> answer = new CompletableFuture<>();
        // A thread of the host's: one that loops takes none of those that run partitions.
        Thread thread = Thread.ofPlatform().daemon().name("brattice-policy").start(() -> {
            try {
                Map<Resource, String> proposals = policy.relocate(departure);
                answer.complete(proposals == null ? null : new LinkedHashMap<>(proposals));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        calls.put(policy, thread);
        try {
            return answer.get(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        } finally {
            if (answer.isDone()) {
                calls.remove(policy);
            }
            thread.interrupt();
        }
    }

    private String nonsense(Map<Resource, String> proposals, Departure departure) {
        if (proposals == null) {
            return "null";
        }
        for (Map.Entry<Resource, String> proposal : proposals.entrySet()) {
            String to = proposal.getValue();
            if (proposal.getKey() == null || !departure.resources().contains(proposal.getKey())) {
                return proposal.getKey() + ", which is not to be placed";
            }
            if (to == null || to.equals(departure.partition())
                    || !to.isEmpty() && !known.test(to)) {
                return proposal.getKey() + " for " + to + ", which is "
                        + (departure.partition().equals(to)
                                ? "the partition that departed"
                                : "no partition of the frame");
            }
        }
        return null;
    }

    private void report(ServiceReference<RelocationPolicy> reference, RelocationPolicy policy,
            String what) {
        String cause = "relocation policy " + policy.getClass().getName() + " of bundle "
                + (reference.getBundle() == null
                        ? "(gone)"
                        : Declarations.text(reference.getBundle()))
                + " " + what + ": it was skipped";
        LOGGER.log(System.Logger.Level.WARNING, cause);
        faults.add(new Fault("hypervisor", 0, Fault.Kind.MODULE_FAILED, Instant.now(), cause));
    }
}
