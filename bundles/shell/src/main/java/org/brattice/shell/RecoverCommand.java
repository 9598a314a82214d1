package org.brattice.shell;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Printable;
import org.brattice.api.Recovery;
import org.brattice.api.Verdict;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What was done about faults; and verdicts of an operator's (S12). */
@Component(service = RecoverCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=recover"})
public final class RecoverCommand {
    private final Operator operator;

    @Activate
    public RecoverCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("carries out a verdict on a partition; without parameters lists what was done about faults lately")
    public void recover(
            @Descriptor("NAME VERDICT: restart, cold, rollback, remap, reassign, quarantine, hold, ignore or"
                    + " escalate; restart:5s and cold:5s wait, reassign:NAME names who gets its resources") String... words)
            throws InterruptedException {
        List<String> given = Words.atLeast("recover", words);
        if (given.isEmpty()) {
            list();
            return;
        }
        List<String> both = Words.exactly("recover NAME VERDICT", words);
        String name = operator.known(both.get(0)).name();
        try {
            Recovery recovery = operator.hypervisor().recover(name, Verdict.of(both.get(1)));
            if (recovery.state() != Recovery.State.DONE) {
                throw new CommandFailed(name + ": " + recovery.verdict() + " was not carried out: "
                        + recovery.outcome());
            }
            System.out.println(name + ": " + recovery.verdict() + " done millis="
                    + recovery.took().toMillis()
                    + (recovery.outcome().isEmpty()
                            ? ""
                            : ": " + Printable.of(recovery.outcome())));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage());
        }
    }

    private void list() {
        List<Recovery> recoveries = operator.hypervisor().recoveries();
        if (recoveries.isEmpty()) {
            System.out.println("no recoveries");
            return;
        }
        Table table = new Table(">RECOVERY", "BEGUN", "PARTITION", ">FAULT", "KIND", "VERDICT",
                "BY",
                "STATE", ">MILLIS", "OUTCOME");
        for (Recovery one : recoveries) {
            table.row(one.id(), one.begun().truncatedTo(ChronoUnit.MILLIS), one.partition(),
                    one.fault() == 0 ? "-" : one.fault(), one.kind() == null ? "-" : one.kind(),
                    one.verdict(), one.module(), one.state().name().toLowerCase(Locale.ROOT),
                    one.took().toMillis(), one.outcome().isEmpty() ? "-" : one.outcome());
        }
        table.print(System.out);
    }
}
