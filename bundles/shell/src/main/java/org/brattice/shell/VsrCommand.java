package org.brattice.shell;

import java.io.PrintStream;
import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.brattice.api.FrameInfo;
import org.brattice.api.IpcaEntry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The look-up table (S2), the VSR that it spans (S3), and the frame around it. */
@Component(service = VsrCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=vsr"})
public final class VsrCommand {
    private final Operator operator;

    @Activate
    public VsrCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("shows the look-up table, the VSR and the frame")
    public void vsr(@Descriptor("(takes no parameters)") String... words) {
        Words.exactly("vsr", words);
        PrintStream out = System.out;
        List<IpcaEntry> entries = operator.hypervisor().lookUpTable();
        Table table = new Table(">NUMBER", "PARTITION", ">BASE", ">SIZE");
        for (IpcaEntry entry : entries) {
            table.row(entry.number(), entry.partition(), hex(entry.base()), hex(entry.size()));
        }
        table.print(out);
        long total = entries.stream().mapToLong(IpcaEntry::size).sum();
        out.println("VSR: " + Quantity.size(total) + " in " + entries.size() + " IPCAs");
        frame(out, operator.hypervisor().frame());
    }

    private static void frame(PrintStream out, FrameInfo frame) {
        out.println("frame " + frame.name() + ": " + Quantity.size(frame.memory()) + " in "
                + frame.memory() / frame.blockSize() + " blocks of "
                + Quantity.size(frame.blockSize()) + ", free " + frame.freeBlocks()
                + ", quarantined " + frame.quarantinedBlocks());
        out.println("hypervisor: " + hex(frame.hypervisor().base()) + " to "
                + hex(frame.hypervisor().end()) + "; memory lies in " + frame.backing());
        out.println("limits: " + frame.partitionLimit() + " partitions, " + frame.processors()
                + " processors");
        for (FrameInfo.Slot slot : frame.slots()) {
            out.println("slot " + slot.location() + ": " + slot.device() + ", "
                    + (slot.owner().isEmpty() ? "nobody's" : "owned by " + slot.owner()));
        }
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
