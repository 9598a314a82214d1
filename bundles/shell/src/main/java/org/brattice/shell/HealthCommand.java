package org.brattice.shell;

import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.brattice.api.Fault;
import org.brattice.api.Hypervisor;
import org.brattice.api.PartitionInfo;
import org.brattice.api.Recovery;
import org.brattice.api.VerdictStep;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How partitions are, and the health table: what is to be done about which fault (S12). */
@Component(service = HealthCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=health"})
public final class HealthCommand {
    private static final String PID = "org.brattice.recovery.HealthTable";
    private static final String ANY = "*";

    private final Operator operator;
    private final ConfigurationAdmin admin;

    @Activate
    public HealthCommand(@Reference Operator operator, @Reference ConfigurationAdmin admin) {
        this.operator = operator;
        this.admin = admin;
    }

    @Descriptor("shows how partitions are and the health table; with VERDICTS sets a row of it")
    public void health(
            @Descriptor("the row is for this partition; for all unless given") @Parameter(
                    names = "--partition", absentValue = ANY) String partition,
            @Descriptor("the row is for this kind of fault; for all unless given") @Parameter(
                    names = "--kind", absentValue = ANY) String kind,
            @Descriptor("remove the row") @Parameter(names = "--clear", presentValue = "true",
                    absentValue = "false") boolean clear,
            @Descriptor("[VERDICTS]: with commas between, as in \"restart*3/60s, rollback, hold\"") String... words)
            throws IOException {
        List<String> given = Words.atLeast("health", words);
        boolean row = clear || !partition.equals(ANY) || !kind.equals(ANY);
        if (given.isEmpty() && !row) {
            partitions(operator.hypervisor());
            table();
            return;
        }
        if (clear != given.isEmpty()) {
            throw new CommandFailed(clear
                    ? "say one of both: VERDICTS, or --clear"
                    : "say what is to be done: VERDICTS, or --clear");
        }
        String key = partition + '/' + kind(kind);
        if (clear) {
            clear(key);
        } else {
            set(key, steps(String.join(" ", given)));
        }
    }

    private static String kind(String kind) {
        String name = kind.toUpperCase(Locale.ROOT);
        if (kind.equals(ANY)
                || List.of(Fault.Kind.values()).stream().anyMatch(one -> one.name().equals(name))) {
            return name;
        }
        throw new CommandFailed("kind=" + kind + " must be one of "
                + List.of(Fault.Kind.values()));
    }

    private static String steps(String text) {
        try {
            String steps = VerdictStep.of(text).toString();
            return steps.substring(1, steps.length() - 1);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage());
        }
    }

    private void set(String key, String steps) throws IOException {
        Configuration configuration = admin.getConfiguration(PID, "?");
        Dictionary<String, Object> rows = rows(configuration);
        rows.put(key, steps);
        configuration.update(rows);
        System.out.println(key + " = " + steps);
    }

    private void clear(String key) throws IOException {
        Configuration configuration = admin.getConfiguration(PID, "?");
        Dictionary<String, Object> rows = rows(configuration);
        if (rows.remove(key) == null) {
            throw new CommandFailed("row=" + key + " is not in the health table: say health");
        }
        configuration.update(rows);
        System.out.println(key + " is cleared");
    }

    private static Dictionary<String, Object> rows(Configuration configuration) {
        Dictionary<String, Object> rows = configuration.getProperties();
        return rows == null ? new Hashtable<>() : rows;
    }

    private void table() throws IOException {
        TreeMap<String, Object> rows = new TreeMap<>();
        Configuration configuration = admin.getConfiguration(PID, "?");
        Dictionary<String, Object> properties = rows(configuration);
        // Other properties are those of whoever keeps configurations.
        Collections.list(properties.keys()).stream()
                .filter(key -> key.indexOf('/') > 0 || key.indexOf('.') < 0)
                .forEach(key -> rows.put(key, properties.get(key)));
        System.out.println();
        if (rows.isEmpty()) {
            System.out.println("the health table is empty: recovery modules answer by themselves");
            return;
        }
        Table table = new Table("PARTITION", "KIND", "VERDICTS");
        rows.forEach((key, value) -> {
            String[] parts = (key.contains("/") ? key : key + "/").split("/", 2);
            String mistake = mistake(parts[1], value.toString());
            table.row(parts[0], parts[1].isEmpty() ? "-" : parts[1],
                    mistake == null ? value : value + "  is ignored: " + mistake);
        });
        table.print(System.out);
    }

    /** Why a row means nothing, or null. */
    private static String mistake(String kind, String steps) {
        if (kind.isEmpty()) {
            return "its key must be PARTITION/KIND, with * for all";
        }
        try {
            kind(kind);
            steps(steps);
            return null;
        } catch (CommandFailed e) {
            return e.getMessage();
        }
    }

    private static void partitions(Hypervisor hypervisor) {
        List<Recovery> recoveries = hypervisor.recoveries();
        Table table = new Table("PARTITION", "STATE", ">FAULTS", "LATEST", "RECOVERED");
        for (PartitionInfo info : hypervisor.partitions()) {
            Fault latest = info.faults().stream().max(Comparator.comparing(Fault::latest))
                    .orElse(null);
            Recovery recovery = recoveries.stream()
                    .filter(one -> one.partition().equals(info.name())
                            && one.number() == info.number())
                    .reduce((one, other) -> other).orElse(null);
            table.row(info.name(), info.state().name().toLowerCase(Locale.ROOT),
                    info.faults().stream().mapToLong(Fault::count).sum(),
                    latest == null ? "-" : latest.kind() + " " + latest.latest(),
                    recovery == null
                            ? "-"
                            : recovery.verdict() + " "
                                    + recovery.state().name().toLowerCase(Locale.ROOT));
        }
        table.print(System.out);
        Runaways.print(hypervisor.runaways(), System.out);
        PartitionsCommand.warn(hypervisor);
    }
}
