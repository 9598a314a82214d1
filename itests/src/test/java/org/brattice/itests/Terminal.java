package org.brattice.itests;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.brattice.itests.puppet.Behaviour;
import org.osgi.framework.BundleContext;

/** A test partition worked by hand: what it is told to do it does on its own processor. */
class Terminal implements Behaviour {
    /** A try can lose too many races on a busy machine. */
    private static final Delivery PATIENT = Delivery.waiting(Duration.ofSeconds(10));

    private static final long LIMIT_SECONDS = 20;

    final String name;
    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    volatile Boot boot;
    volatile IpcaService ipca;
    volatile BundleContext own;

    Terminal(String name) {
        this.name = name;
    }

    @Override
    public Firmware firmware(BundleContext ownContext, IpcaService ownIpca) {
        return new Hands(ownContext, ownIpca);
    }

    /** Firmware of one boot. */
    class Hands implements Firmware {
        private final BundleContext ownContext;
        private final IpcaService ownIpca;

        Hands(BundleContext ownContext, IpcaService ownIpca) {
            this.ownContext = ownContext;
            this.ownIpca = ownIpca;
        }

        @Override
        public void boot(Boot newBoot) {
            own = ownContext;
            ipca = ownIpca;
            boot = newBoot;
        }

        @Override
        public void message(Message message) {
            received.add(message.sourceName() + ": " + message.text());
        }
    }

    /** Does something on the partition's processor. */
    <T> T call(Callable<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        boot.run(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Something without a result. */
    interface Work {
        void run() throws Exception;
    }

    void run(Work work) throws Exception {
        call(() -> {
            work.run();
            return null;
        });
    }

    int number(String partition) throws Exception {
        return call(() -> ipca.number(partition));
    }

    long send(String partition, String text) throws Exception {
        return call(() -> ipca.send(ipca.number(partition), bytes(text), PATIENT));
    }

    /** The next message. */
    String next() throws InterruptedException, TimeoutException {
        String message = received.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new TimeoutException(name + " received nothing");
        }
        return message;
    }

    static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }
}
