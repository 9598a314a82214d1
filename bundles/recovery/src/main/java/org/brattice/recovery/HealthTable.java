package org.brattice.recovery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import org.brattice.api.Fault;
import org.brattice.api.FaultReport;
import org.brattice.api.RecoveryModule;
import org.brattice.api.Verdict;
import org.brattice.api.VerdictStep;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;

/**
 * What is to be done about which fault of which partition, as a table that is configuration, in the manner of
 * ARINC 653: a row is {@code PARTITION/KIND = VERDICTS}, where {@code *} stands for all of either, and the row that
 * says the most holds. Several verdicts with commas between are steps: {@code restart*3/60s, rollback, hold} restarts
 * three times in a minute, then rolls back, and when that step is used up too, holds. It ranks above all other modules that we
 * ship, and is changed at run time, by the file {@code org.brattice.recovery.HealthTable.cfg} or by {@code brattice:health}.
 */
@Component(configurationPid = HealthTable.PID, configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Constants.SERVICE_RANKING + ":Integer=1000")
public final class HealthTable implements RecoveryModule {
    static final String PID = "org.brattice.recovery.HealthTable";
    private static final System.Logger LOGGER = System.getLogger("org.brattice.recovery");
    private static final String ANY = "*";

    private final LongSupplier clock;
    /** By partition and kind of fault. */
    private Map<String, List<Step>> rows = Map.of();

    /** A verdict, and how often it may be given; without a budget for ever. */
    private record Step(Verdict verdict, Budget budget) {
        boolean holds(FaultReport report) {
            if (verdict instanceof Verdict.RollBack && report.good().isEmpty()) {
                // There is nothing to come back to: the next step is taken.
                return false;
            }
            return budget == null || budget.spend(report.partition().name());
        }
    }

    @Activate
    public HealthTable(Map<String, Object> configuration) {
        this(configuration, System::nanoTime);
    }

    HealthTable(Map<String, Object> configuration, LongSupplier clock) {
        this.clock = clock;
        modified(configuration);
    }

    /** The table has changed: budgets begin anew. */
    @Modified
    void modified(Map<String, Object> configuration) {
        Map<String, List<Step>> read = new HashMap<>();
        configuration.forEach((key, value) -> {
            if (key.indexOf('/') > 0) {
                try {
                    read.put(checked(key), steps(value.toString()));
                } catch (IllegalArgumentException e) {
                    LOGGER.log(System.Logger.Level.WARNING, "configuration {0}: row {1}={2} is"
                            + " ignored: {3}", PID, key, value, e.getMessage());
                }
            }
        });
        synchronized (this) {
            rows = read;
        }
    }

    /**
     * A row's key, if it is one.
     *
     * @throws IllegalArgumentException saying what it must be
     */
    private static String checked(String key) {
        String kind = key.substring(key.indexOf('/') + 1);
        if (!kind.equals(ANY)) {
            try {
                Fault.Kind.valueOf(kind);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("kind=" + kind + " must be * or one of "
                        + List.of(Fault.Kind.values()), e);
            }
        }
        return key;
    }

    private List<Step> steps(String text) {
        return VerdictStep.of(text).stream()
                .map(step -> new Step(step.verdict(), step.times() == 0
                        ? null
                        : new Budget(step.times(), step.window(), clock)))
                .toList();
    }

    @Override
    public synchronized Verdict recover(FaultReport report) {
        String partition = report.partition().name();
        String kind = report.fault().kind().name();
        for (String key : List.of(partition + "/" + kind, partition + "/" + ANY, ANY + "/" + kind,
                ANY + "/" + ANY)) {
            List<Step> steps = rows.get(key);
            if (steps != null) {
                return steps.stream().filter(step -> step.holds(report)).findFirst()
                        .map(Step::verdict).orElse(null);
            }
        }
        return null;
    }
}
