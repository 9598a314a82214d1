package org.brattice.partition.crunch;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Partition;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Computes digests on command, in as many tasks at once as it is told, each in pieces of about a millisecond:
 *
 * <pre>
 * crunch SECONDS [TASKS]      TASKS are 8 unless given
 * </pre>
 *
 * <p>Who asked hears {@code rate N processors P} four times a second, in pieces a second, then {@code crunched N millis N}.
 * What it takes in processors it asks other partitions for, as every partition does (S11).
 */
@Partition(name = "crunch", ipca = "64 KiB", scan_period = 100)
@Component(scope = ServiceScope.PROTOTYPE)
public final class Crunch implements Firmware {
    private static final Pattern COMMAND = Pattern
            .compile("crunch (\\d{1,4})(?: (\\d{1,3}))?");
    private static final String USAGE = "error say crunch SECONDS [TASKS], 1 to 3600 and 1 to 256";
    private static final int USUAL_TASKS = 8;
    private static final int MOST_SECONDS = 3600;
    private static final int MOST_TASKS = 256;

    private final IpcaService ipca;
    private final List<Job> jobs = new ArrayList<>();
    private Boot boot;

    @Activate
    public Crunch(@Reference IpcaService ipca) {
        this.ipca = ipca;
    }

    @Override
    public void boot(Boot newBoot) {
        boot = newBoot;
    }

    @Override
    public void message(Message message) {
        String text = message.length() > 64 ? "" : message.text();
        if (!text.startsWith("crunch")) {
            // An echo of what this partition has said: answering that would never end.
            return;
        }
        Matcher command = COMMAND.matcher(text.strip());
        int seconds = command.matches() ? Integer.parseInt(command.group(1)) : 0;
        int tasks = seconds == 0 || command.group(2) == null
                ? USUAL_TASKS
                : Integer.parseInt(command.group(2));
        if (seconds < 1 || seconds > MOST_SECONDS || tasks < 1 || tasks > MOST_TASKS) {
            say(message.source(), USAGE);
            return;
        }
        Job job = new Job(message.source(), seconds * 1_000_000_000L);
        jobs.add(job);
        for (int i = 0; i < tasks; i++) {
            boot.run(() -> job.piece(boot));
        }
    }

    @Override
    public void tick() {
        for (Job job : List.copyOf(jobs)) {
            String news = job.news(boot.processors());
            if (news != null) {
                say(job.requester(), news);
            }
            if (job.over()) {
                jobs.remove(job);
            }
        }
    }

    private void say(int receiver, String text) {
        // Who has no room for a progress misses it.
        ipca.send(receiver, MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)),
                Delivery.TRY);
    }
}
