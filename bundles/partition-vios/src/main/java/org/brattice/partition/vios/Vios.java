package org.brattice.partition.vios;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Comparator;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.Helping;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Move;
import org.brattice.api.Partition;
import org.brattice.api.Resource;
import org.brattice.partition.vios.protocol.BlockReply;
import org.brattice.partition.vios.protocol.BlockRequest;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Serves the blocks of the device in its slot to whoever asks, as {@code docs/vios-protocol.md} says. When
 * the slot moves to another partition, clients are told its name; when a slot comes, it serves what is in it.
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
    private final Backlog backlog = new Backlog();
    private Boot boot;
    private BlockServer server;
    /** Location of the slot whose device is served, or null: never another one under clients that read. */
    private String served;

    @Activate
    public Vios(@Reference IpcaService ipca) {
        this.ipca = ipca;
    }

    @Override
    public void boot(Boot newBoot) {
        boot = newBoot;
        MemorySegment memory = boot.memory().stream()
                .max(Comparator.comparingLong(MemorySegment::byteSize)).orElseThrow();
        server = new BlockServer(ipca, memory);
        boot.slots().stream().filter(this::serves).findFirst();
    }

    /** Serves what is in a slot, if that is a block device; whether it is. */
    private boolean serves(String location) {
        try {
            server.serve(boot.device(location));
            served = location;
            return true;
        } catch (HypervisorCallException e) {
            // Something else sits there, or nothing.
            return false;
        }
    }

    @Override
    public void relocated(Move move) {
        if (!(move.resource() instanceof Resource.Slot(String location))) {
            return;
        }
        if (move.state() != Move.State.DONE) {
            if (served == null && move.toNumber() == boot.number()) {
                server.moved(move.from());
            }
            return;
        }
        if (location.equals(served) && move.fromNumber() == boot.number()) {
            served = null;
            server.moved(move.to());
        } else if (served == null && move.toNumber() == boot.number()) {
            serves(location);
        }
    }

    /** Another server has failed that names this one as its helper: its clients come here, and its device with them. */
    @Override
    public void helping(Helping helping) {
        if (served == null && !helping.slots().isEmpty()) {
            String slot = helping.slots().getFirst();
            helping.takeOver(slot);
            server.awaits(helping.partition());
            // Their requests wait here until the device has come.
            helping.unread(Backlog.LIMIT).stream().filter(one -> BlockRequest.is(one.payload()))
                    .forEach(one -> server.redirect(one.source(), BlockRequest.of(one.payload()),
                            boot.name(), PATIENT));
        }
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
