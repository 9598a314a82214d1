package org.brattice.partition.echo;

import java.time.Duration;

import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Partition;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/** Sends every message back to its sender: the first partition to copy. */
@Partition(name = "echo")
@Component(scope = ServiceScope.PROTOTYPE)
public final class Echo implements Firmware {
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(1));
    private final IpcaService ipca;

    @Activate
    public Echo(@Reference IpcaService ipca) {
        this.ipca = ipca;
    }

    @Override
    public void message(Message message) {
        long position = ipca.send(message.source(), message.payload(), PATIENT);
        if (position == IpcaService.NO_ROOM || position == IpcaService.DEADLOCK) {
            // Thrown, it stays unread and is offered again.
            throw new IllegalStateException(
                    "source=" + message.sourceName() + " does not read: no room for its echo");
        }
    }
}
