package org.brattice.shell;

import java.lang.foreign.MemorySegment;
import java.time.LocalTime;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.api.Partition;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * The operator's console partition. It has a second processor for what the operator asks, so that the
 * event scan on the first goes on reading while something large is sent.
 */
@Partition(name = Operator.PARTITION, memory = "16 MiB", ipca = "1 MiB", processors = 2,
        processors_minimum = 2)
@Component(scope = ServiceScope.PROTOTYPE)
public final class Console implements Firmware {
    private static final int KEPT_BYTES = 4096;
    private final IpcaService ipca;
    private final Operator operator;
    private Boot boot;

    @Activate
    public Console(@Reference IpcaService ipca, @Reference Operator operator) {
        this.ipca = ipca;
        this.operator = operator;
    }

    @Override
    public void boot(Boot granted) {
        boot = granted;
        operator.booted(this);
    }

    @Override
    public void message(Message message) {
        if (!operator.taken(message)) {
            byte[] head = new byte[Math.min(message.length(), KEPT_BYTES)];
            message.copyTo(0, MemorySegment.ofArray(head), 0, head.length);
            operator.inbox().add(new Received(LocalTime.now(), message.sourceName(),
                    message.position(), message.attempt(), message.length(), head));
        }
    }

    @Override
    public void read(int receiver, long position) {
        operator.marks().read(receiver, position);
    }

    @Override
    public void givenUp(int receiver, long position) {
        operator.marks().givenUp(receiver, position);
    }

    @Override
    public void halt() {
        operator.halted(this);
    }

    Boot boot() {
        return boot;
    }

    IpcaService ipca() {
        return ipca;
    }
}
