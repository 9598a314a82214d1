package org.brattice.shell;

import java.util.List;
import java.util.Locale;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.Performance;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the latest performance checks have measured (S11). */
@Component(service = PerformanceCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=performance"})
public final class PerformanceCommand {
    private final Operator operator;

    @Activate
    public PerformanceCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("shows how busy partitions are, as their latest performance checks have measured")
    public void performance(@Descriptor("(takes no parameters)") String... words) {
        Words.exactly("performance", words);
        List<Performance> all = operator.hypervisor().performance();
        if (all.isEmpty()) {
            System.out.println("no partition has checked its performance yet");
            return;
        }
        Table table = new Table("PARTITION", "PROCESSORS", "BUSY", "WAITING", "MEMORY", "UNREAD",
                "OLDEST");
        for (Performance one : all) {
            table.row(one.partition(), one.processors(), percent(one.busy()), one.waitingTasks(),
                    Double.isNaN(one.memoryUse()) ? "-" : percent(one.memoryUse()),
                    Quantity.size(one.unreadBytes()),
                    one.oldestUnread().isZero() ? "-" : one.oldestUnread().toMillis() + " ms");
        }
        table.print(System.out);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
