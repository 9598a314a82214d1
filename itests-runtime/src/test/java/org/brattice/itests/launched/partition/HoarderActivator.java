package org.brattice.itests.launched.partition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.Message;
import org.brattice.itests.launched.PrototypeActivator;
import org.osgi.framework.BundleContext;

/** A partition whose own thread reads from a connection into its memory, for as long as it likes. */
public final class HoarderActivator extends PrototypeActivator {
    public HoarderActivator() {
        super(Hoarder::new);
    }

    /** Waits for a byte that lands in its memory. */
    static final class Hoarder implements Firmware {
        private final Path data;

        Hoarder(BundleContext context) {
            data = Path.of(context.getProperty("brattice.data"));
        }

        @Override
        public void boot(Boot boot) throws IOException {
            MemorySegment memory = boot.memory().get(0);
            ServerSocketChannel server = ServerSocketChannel.open().bind(null);
            Thread.ofPlatform().daemon().start(() -> read(server, memory.asByteBuffer()));
            int port = server.socket().getLocalPort();
            Files.writeString(data.resolve("port.new"), Integer.toString(port));
            Files.move(data.resolve("port.new"), data.resolve("port"));
        }

        private void read(ServerSocketChannel server, ByteBuffer target) {
            try (server; SocketChannel channel = server.accept()) {
                channel.read(target);
                // In quarantine until it throws: nobody else has these bytes.
                while (true) {
                    target.put(0, (byte) 1);
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (IllegalStateException e) {
                try {
                    Files.writeString(data.resolve("refused"), e.toString());
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            }
        }

        @Override
        public void message(Message message) {
            // It only reads from its connection.
        }
    }
}
