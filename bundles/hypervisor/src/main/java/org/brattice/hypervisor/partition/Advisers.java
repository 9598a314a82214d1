package org.brattice.hypervisor.partition;

import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import org.brattice.api.Fault;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Services of one type that bundles publish to advise the hypervisor, asked by their ranking on threads of their
 * own: one that throws, hangs or answers nonsense is reported and skipped, and harms nobody. Questions are dealt
 * with one after the other.
 */
final class Advisers<S> {
    private final ServiceTracker<S, S> tracker;
    private final String noun;
    private final long limitMillis;
    private final Faults faults;
    private final ExecutorService asking;
    /** The latest call of each that has not answered; by identity, as what compares them is their own code. */
    private final Map<S, Future<?>> calls = new IdentityHashMap<>();
    /** Of the thread that asks; another one when a call did not end. */
    private ExecutorService calling;

    /** A question to one of them, on the calling thread. */
    interface Question<S, A> {
        A ask(S service) throws Exception;
    }

    /**
     * Those of a framework.
     *
     * @param noun what one is called, for people
     * @param limitMillis how long one may take
     */
    Advisers(BundleContext context, Class<S> type, String noun, long limitMillis, Faults faults) {
        this.tracker = new ServiceTracker<>(context, type, null);
        this.noun = noun;
        this.limitMillis = limitMillis;
        this.faults = faults;
        this.asking = executor("asking");
        this.calling = executor("called");
    }

    /** Threads of the host's: one that loops takes none of those that run partitions. */
    private ExecutorService executor(String role) {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon()
                .name("brattice-" + noun.replace(' ', '-') + "-" + role).factory());
    }

    void open() {
        tracker.open();
    }

    void close() {
        asking.shutdownNow();
        tracker.close();
    }

    /** Has several of them asked, when it is the turn of this. Any thread. */
    <T> CompletableFuture<T> turn(Supplier<T> questions) {
        try {
            return CompletableFuture.supplyAsync(questions, asking);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Those that there are, the highest ranking first. */
    List<ServiceReference<S>> ranked() {
        ServiceReference<S>[] references = tracker.getServiceReferences();
        return references == null
                ? List.of()
                : Arrays.stream(references).sorted(Comparator.reverseOrder()).toList();
    }

    /** Name of the class of one, for people; null when it has gone. */
    String name(ServiceReference<S> reference) {
        S service = tracker.getService(reference);
        return service == null ? null : service.getClass().getSimpleName();
    }

    /**
     * Asks one of them. In a {@link #turn}.
     *
     * @param nonsense says of an answer why it cannot be, or null
     * @return null when it has no answer, has gone, or failed, which is reported
     */
    <A> A ask(ServiceReference<S> reference, Question<S, A> question,
            Function<A, String> nonsense) {
        S service = tracker.getService(reference);
        if (service == null) {
            return null;
        }
        String failure;
        try {
            if (calls.containsKey(service) && !calls.get(service).isDone()) {
                failure = "has not answered the last time yet";
            } else {
                A answer = call(service, () -> question.ask(service));
                failure = nonsense.apply(answer);
                if (failure == null) {
                    return answer;
                }
            }
        } catch (ExecutionException e) {
            failure = "threw " + Thrown.text(e.getCause());
        } catch (RuntimeException | Error e) {
            failure = "answered what threw " + Thrown.text(e);
        } catch (TimeoutException e) {
            failure = "did not answer in " + limitMillis + " ms";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        report(reference, service, failure);
        return null;
    }

    private <A> A call(S service, Callable<A> question)
            throws ExecutionException, TimeoutException, InterruptedException {
        Future<A> answer = calling.submit(question);
        calls.put(service, answer);
        try {
            return answer.get(limitMillis, TimeUnit.MILLISECONDS);
        } finally {
            if (answer.isDone()) {
                calls.remove(service);
            } else {
                // It keeps its thread, which ends with the call.
                calling.shutdownNow();
                calling = executor("called");
            }
        }
    }

    private void report(ServiceReference<S> reference, S service, String what) {
        faults.note(new Fault("hypervisor", 0, Fault.Kind.MODULE_FAILED, Instant.now(),
                noun + " " + service.getClass().getName() + " of bundle "
                        + (reference.getBundle() == null
                                ? "(gone)"
                                : Declarations.text(reference.getBundle()))
                        + " " + what + ": it was skipped"));
    }
}
