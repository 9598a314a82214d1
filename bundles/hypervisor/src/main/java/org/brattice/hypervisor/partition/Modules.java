package org.brattice.hypervisor.partition;

import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import org.brattice.api.FaultReport;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** The recovery modules that bundles have published, asked by their ranking. Any thread. */
final class Modules implements Recoverer.Adviser {
    private static final long LIMIT_MILLIS = 1000;

    private final Advisers<RecoveryModule> advisers;
    private final Predicate<String> known;

    /**
     * Modules of a framework.
     *
     * @param known whether a partition exists and has been admitted, by name
     */
    Modules(BundleContext context, Faults faults, Predicate<String> known) {
        this.advisers = new Advisers<>(context, RecoveryModule.class, "recovery module",
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
    public CompletableFuture<Recoverer.Advice> advise(FaultReport report) {
        return advisers.turn(() -> ask(report));
    }

    /** Null when nobody answers. */
    private Recoverer.Advice ask(FaultReport report) {
        for (ServiceReference<RecoveryModule> reference : advisers.ranked()) {
            String name = advisers.name(reference);
            Verdict verdict = name == null
                    ? null
                    : advisers.ask(reference,
                            module -> concerns(reference, report) ? module.recover(report) : null,
                            answer -> nonsense(answer, report));
            if (verdict != null) {
                return new Recoverer.Advice(verdict, name);
            }
        }
        return null;
    }

    /** On the module's thread: its properties are its own code. */
    private static boolean concerns(ServiceReference<RecoveryModule> reference,
            FaultReport report) {
        return names(reference.getProperty(RecoveryModule.PARTITIONS),
                report.partition().name())
                && names(reference.getProperty(RecoveryModule.FAULTS),
                        report.fault().kind().name());
    }

    private static boolean names(Object property, String name) {
        return switch (property) {
            case null -> true;
            case String[] names -> Arrays.asList(names).contains(name);
            case Collection<?> names -> names.contains(name);
            case Object one -> name.equals(one.toString());
        };
    }

    private String nonsense(Verdict verdict, FaultReport report) {
        return switch (verdict) {
            case Verdict.Reassign(String to) when to.equals(report.partition().name()) ->
                "answered "
                        + verdict + ", which is the partition that has the fault";
            case Verdict.Reassign(String to) when !to.isEmpty() && !known.test(to) -> "answered "
                    + verdict + ", which is no partition of the frame";
            case Verdict.RollBack() when report.good().isEmpty() -> "answered " + verdict
                    + ", and no jar of it has run well";
            case null, default -> null;
        };
    }
}
