package org.brattice.partition.vios;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Partition;
import org.brattice.partition.vios.protocol.BlockReply;
import org.brattice.partition.vios.protocol.BlockRequest;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Serves the blocks of the device in its slot to whoever asks, as {@code docs/vios-protocol.md} says.
 *
 * <p>A client that leaves no room for its replies holds up nobody: after a short wait its requests
 * go to a {@link Backlog} and are tried again with every tick. What does not fit there, and what
 * waits there when this partition restarts, is forgotten; a client repeats what stays unanswered.
 */
@Partition(name = "vios", memory = "16 MiB", ipca = "1 MiB", slots = "U1-P1-C1", scan_period = 100)
@Component(scope = ServiceScope.PROTOTYPE)
public final class Vios implements Firmware {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofMillis(20));
    private final IpcaService ipca;
    private final String[] slots;
    private final Backlog backlog = new Backlog();
    private BlockServer server;

    @Activate
    public Vios(@Reference IpcaService ipca, Partition declaration) {
        this.ipca = ipca;
        this.slots = declaration.slots();
    }

    @Override
    public void boot(Boot boot) {
        if (slots.length != 1) {
            throw new IllegalArgumentException("partition.slots=" + Arrays.toString(slots)
                    + ": give exactly one slot, that of the device to serve");
        }
        MemorySegment memory = boot.memory().stream()
                .max(Comparator.comparingLong(MemorySegment::byteSize)).orElseThrow();
        server = new BlockServer(ipca, boot.device(slots[0]), memory);
    }

    @Override
    public void message(Message message) {
        if (BlockReply.isReply(message)) {
            return;
        }
        int client = message.source();
        BlockRequest request = BlockRequest.of(message);
        if (backlog.waits(client)) {
            backlog.add(client, request);
            backlog.retry(client, server);
        } else if (!server.answer(client, request, PATIENT)) {
            backlog.add(client, request);
        }
    }

    @Override
    public void tick() {
        backlog.retry(server);
    }
}
