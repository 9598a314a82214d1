package org.brattice.shell;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** A foreign read (S5), by the console partition. */
@Component(service = ReadCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=read"})
public final class ReadCommand {
    private static final int LIMIT_BYTES = 1 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private final Operator operator;

    @Activate
    public ReadCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("reads in the VSR and shows the bytes; what is no committed message reads as zero")
    public void read(
            @Descriptor("ADDRESS LENGTH: a frame address such as 0x1000000; bytes, such as 256"
                    + " or 4KiB, at most 1MiB") String... words)
            throws Exception {
        List<String> range = Words.exactly("read ADDRESS LENGTH", words);
        long address = Quantity.address(range.get(0));
        long length = Quantity.bytes("length", range.get(1));
        if (length > LIMIT_BYTES) {
            throw new CommandFailed("length=" + length + " is more than " + LIMIT_BYTES
                    + " bytes: read it in parts");
        }
        byte[] bytes = new byte[(int) length];
        operator.call(LIMIT, ipca -> {
            ipca.read(address, MemorySegment.ofArray(bytes));
            return null;
        });
        HexDump.print(System.out, address, bytes);
    }
}
