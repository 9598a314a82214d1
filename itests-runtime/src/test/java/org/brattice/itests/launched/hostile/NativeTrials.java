package org.brattice.itests.launched.hostile;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;

import org.brattice.api.Boot;
import org.brattice.api.IpcaService;

/** Past the Java language: native code, Unsafe, agents, forged objects. */
@SuppressWarnings("restricted")
final class NativeTrials {
    private final Trials trials;
    private final String frame;

    NativeTrials(Trials trials, String frame) {
        this.trials = trials;
        this.frame = frame;
    }

    void run(Boot boot, IpcaService ipca) {
        linker();
        MemorySegment memory = boot.memory().get(0);
        unsafe(memory.address(), ipca);
        agents();
        files(memory.address());
        trials.attempt("reinterpret through reflection", () -> MemorySegment.class
                .getMethod("reinterpret", long.class).invoke(memory, memory.byteSize() * 2));
        trials.attempt("reinterpret through a handle", () -> (MemorySegment) MethodHandles.lookup()
                .findVirtual(MemorySegment.class, "reinterpret",
                        MethodType.methodType(MemorySegment.class, long.class))
                .invoke(memory, memory.byteSize() * 2));
        trials.attempt("reinterpret through a public handle",
                () -> (MemorySegment) MethodHandles.publicLookup()
                        .findVirtual(MemorySegment.class, "reinterpret",
                                MethodType.methodType(MemorySegment.class, long.class))
                        .invoke(memory, memory.byteSize() * 2));
        trials.attempt("reinterpret as a task of the hypervisor's processor", () -> {
            var size = new java.util.concurrent.CompletableFuture<Long>();
            boot.run(() -> {
                try {
                    size.complete(memory.reinterpret(memory.byteSize() * 2).byteSize());
                } catch (Throwable e) {
                    size.completeExceptionally(e);
                }
            });
            return size.get(10, java.util.concurrent.TimeUnit.SECONDS);
        });
    }

    private void linker() {
        trials.attempt("downcall", () -> Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_INT)));
        trials.attempt("look-up of a library",
                () -> SymbolLookup.libraryLookup("libc.so.6", Arena.global()));
        trials.attempt("upcall", () -> Linker.nativeLinker().upcallStub(
                MethodHandles.constant(int.class, 1), FunctionDescriptor.of(ValueLayout.JAVA_INT),
                Arena.global()));
        trials.attempt("native library", () -> {
            System.load(Path.of(System.getProperty("java.home"), "lib", "libnet.so").toString());
            return "loaded";
        });
        trials.attempt("native library by name", () -> {
            System.loadLibrary("net");
            return "loaded";
        });
    }

    private void unsafe(long address, IpcaService ipca) {
        trials.attempt("Unsafe: a byte of the frame", () -> {
            Object unsafe = unsafe();
            return unsafe.getClass().getMethod("getByte", long.class).invoke(unsafe, address);
        });
        trials.attempt("Unsafe: a store to the frame", () -> {
            Object unsafe = unsafe();
            return unsafe.getClass().getMethod("putLong", long.class, long.class).invoke(unsafe,
                    address, 0L);
        });
        trials.attempt("Unsafe: native memory", () -> {
            Object unsafe = unsafe();
            return unsafe.getClass().getMethod("allocateMemory", long.class).invoke(unsafe, 64L);
        });
        trials.attempt("Unsafe: a field of the IpcaService", () -> {
            Object unsafe = unsafe();
            return unsafe.getClass().getMethod("getObject", Object.class, long.class).invoke(unsafe,
                    ipca, 12L);
        });
        trials.attempt("Unsafe: offset of a field", () -> {
            Object unsafe = unsafe();
            Field field = ipca.getClass().getDeclaredFields()[0];
            return unsafe.getClass().getMethod("objectFieldOffset", Field.class).invoke(unsafe,
                    field);
        });
        trials.attempt("internal Unsafe", () -> {
            Class<?> internal = load("jdk.internal.misc.Unsafe");
            return internal.getMethod("getUnsafe").invoke(null);
        });
        trials.attempt("forged hypervisor object by Unsafe", () -> {
            Object unsafe = unsafe();
            return used(unsafe.getClass().getMethod("allocateInstance", Class.class)
                    .invoke(unsafe, ipca.getClass()));
        });
        trials.attempt("forged hypervisor object by serialization", () -> {
            Class<?> factory = load("sun.reflect.ReflectionFactory");
            Object made = factory.getMethod("getReflectionFactory").invoke(null);
            Constructor<?> constructor = (Constructor<?>) factory
                    .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                    .invoke(made, ipca.getClass(), Object.class.getConstructor());
            return used(constructor.newInstance());
        });
        trials.attempt("hypervisor object written out", () -> {
            var out = new java.io.ObjectOutputStream(java.io.OutputStream.nullOutputStream());
            out.writeObject(ipca);
            return "written";
        });
    }

    /** An object without its fields is good for nothing. */
    private static Object used(Object forged) {
        return ((IpcaService) forged).number("echo");
    }

    /** What there is in the process, whatever this bundle may import. */
    private static Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, true, ClassLoader.getSystemClassLoader());
    }

    private static Object unsafe() throws ReflectiveOperationException {
        Field field = load("sun.misc.Unsafe").getDeclaredField("theUnsafe");
        field.setAccessible(true);
        return field.get(null);
    }

    /** What the process may open, its bundles may open. */
    private void files(long address) {
        trials.attemptKnown("the process's memory as a file",
                () -> bytes(Path.of("/proc/self/mem"), address));
        trials.attemptKnown("frame memory as a file",
                () -> bytes(Path.of(frame).resolveSibling("frame.mem"), 0));
    }

    private static byte[] bytes(Path file, long offset) throws IOException {
        try (var opened = new RandomAccessFile(file.toFile(), "r")) {
            opened.seek(offset);
            byte[] bytes = new byte[8];
            opened.readFully(bytes);
            return bytes;
        }
    }

    private void agents() {
        for (String name : new String[]{"java.lang.instrument.Instrumentation",
                "com.sun.tools.attach.VirtualMachine", "java.lang.management.ManagementFactory",
                "com.sun.management.HotSpotDiagnosticMXBean", "sun.jvm.hotspot.HotSpotAgent",
                "com.sun.jdi.Bootstrap", "jdk.jfr.Recording"}) {
            trials.attempt("class " + name, () -> load(name));
        }
        trials.attempt("agent through the JVM's own class", () -> {
            Method method = load("sun.launcher.LauncherHelper").getDeclaredMethods()[0];
            method.setAccessible(true);
            return method;
        });
    }
}
