package org.brattice.itests.launched.hostile;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import org.brattice.api.Boot;
import org.brattice.api.Delivery;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Hypervisor calls that are not a processor's own, or in another's name. */
final class IdentityTrials {
    private static final MemorySegment STOLEN = MemorySegment.ofArray("stolen".getBytes());
    private final Trials trials;
    private final BundleContext context;
    private final IpcaService ipca;

    IdentityTrials(Trials trials, BundleContext context, IpcaService ipca) {
        this.trials = trials;
        this.context = context;
        this.ipca = ipca;
    }

    void run(Boot boot, Message message) {
        int echo = ipca.number("echo");
        threads(echo);
        stolen(echo);
        calls(boot, echo);
    }

    private void threads(int echo) {
        trials.attemptElsewhere("call on a thread of mine", Thread.ofPlatform(),
                () -> ipca.send(echo, STOLEN));
        trials.attemptElsewhere("call on a virtual thread of mine", Thread.ofVirtual(),
                () -> ipca.send(echo, STOLEN));
        trials.attempt("call in a future",
                () -> CompletableFuture.supplyAsync(() -> ipca.send(echo, STOLEN)).get());
        trials.attempt("call in an executor of virtual threads", () -> {
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                return executor.submit((Callable<Long>) () -> ipca.send(echo, STOLEN)).get();
            }
        });
        trials.attempt("call in a parallel stream", () -> {
            Thread me = Thread.currentThread();
            long elsewhere = IntStream.range(0, 1000).parallel()
                    .filter(i -> Thread.currentThread() != me).filter(i -> {
                        try {
                            ipca.number("echo");
                            return true;
                        } catch (RuntimeException e) {
                            return false;
                        }
                    }).count();
            if (elsewhere == 0) {
                throw new Trials.Nothing("refused on all other threads");
            }
            return elsewhere;
        });
        trials.attempt("call in a forked subtask that inherits the register", () -> {
            Class<?> type = Class.forName("java.util.concurrent.StructuredTaskScope");
            Object scope = type.getMethod("open").invoke(null);
            Callable<Long> call = () -> ipca.send(echo, STOLEN);
            Object subtask = type.getMethod("fork", Callable.class).invoke(scope, call);
            type.getMethod("join").invoke(scope);
            Object sent = Class.forName(type.getName() + "$Subtask").getMethod("get")
                    .invoke(subtask);
            type.getMethod("close").invoke(scope);
            return sent;
        });
    }

    private void stolen(int echo) {
        for (Bundle bundle : context.getBundles()) {
            BundleContext other = bundle.getBundleContext();
            if (other != null && other != context) {
                trials.attempt("IpcaService of " + bundle.getSymbolicName(), () -> {
                    var reference = other.getServiceReference(IpcaService.class);
                    return other.getService(reference).send(echo, STOLEN);
                });
            }
        }
        trials.attemptKnown("fields of another bundle's firmware", () -> {
            for (var reference : context.getServiceReferences(Firmware.class, null)) {
                if (reference.getBundle().getSymbolicName().endsWith("echo")) {
                    Firmware other = context.getServiceObjects(reference).getService();
                    var field = Arrays.stream(other.getClass().getDeclaredFields())
                            .filter(one -> one.getType() == IpcaService.class).findFirst()
                            .orElseThrow();
                    field.setAccessible(true);
                    return field.get(other);
                }
            }
            return null;
        });
        trials.attempt("echo's own firmware on my processor", () -> {
            for (var reference : context.getServiceReferences(Firmware.class, null)) {
                if (reference.getBundle().getSymbolicName().endsWith("echo")) {
                    Firmware other = context.getServiceObjects(reference).getService();
                    other.message(forged(1));
                    return reference.getBundle().getSymbolicName();
                }
            }
            throw new Trials.Nothing("there is none");
        });
    }

    /** A message that claims to be from somebody. */
    private static Message forged(int source) {
        return (Message) Proxy.newProxyInstance(Message.class.getClassLoader(),
                new Class<?>[]{Message.class},
                (proxy, method, arguments) -> answer(method, source));
    }

    private static Object answer(Method method, int source) {
        if (method.getName().equals("source")) {
            return source;
        }
        return switch (method.getReturnType().getSimpleName()) {
            case "MemorySegment" -> STOLEN;
            case "String" -> "stolen";
            case "int" -> (int) STOLEN.byteSize();
            case "long" -> 0L;
            case "byte" -> (byte) 0;
            default -> null;
        };
    }

    private void calls(Boot boot, int echo) {
        trials.attempt("second registration", () -> {
            boot.register(boot.ipca().base(), boot.ipca().size());
            return "registered";
        });
        trials.attempt("device of another's slot", () -> boot.device("U1-P1-C1"));
        trials.attempt("read of the hypervisor", () -> {
            ipca.read(0, MemorySegment.ofArray(new byte[8]));
            return "read";
        });
        trials.attempt("read of another's memory", () -> {
            var entry = ipca.lookUpTable().stream().filter(one -> one.number() == echo).findFirst()
                    .orElseThrow();
            ipca.read(entry.base() + entry.size(), MemorySegment.ofArray(new byte[8]));
            return "read";
        });
        trials.attempt("read across the end of an IPCA", () -> {
            var entry = ipca.lookUpTable().stream().filter(one -> one.number() == echo).findFirst()
                    .orElseThrow();
            ipca.read(entry.base() + entry.size() - 4, MemorySegment.ofArray(new byte[8]));
            return "read";
        });
        trials.attempt("message to myself", () -> ipca.send(boot.number(), STOLEN));
        trials.attempt("list that calls back while it is read", () -> {
            List<MemorySegment> parts = new AbstractList<>() {
                @Override
                public MemorySegment get(int index) {
                    ipca.send(echo, STOLEN);
                    return STOLEN;
                }

                @Override
                public int size() {
                    return 2;
                }
            };
            return ipca.send(echo, parts, Delivery.TRY);
        });
    }
}
