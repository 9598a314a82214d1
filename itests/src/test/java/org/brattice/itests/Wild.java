package org.brattice.itests;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.brattice.api.Boot;
import org.brattice.api.Firmware;
import org.brattice.api.IpcaService;
import org.brattice.api.Message;
import org.osgi.framework.BundleContext;

/** A terminal whose firmware does as it is told by messages, such as {@code do loop}. */
class Wild extends Terminal {
    final AtomicInteger instances = new AtomicInteger();
    /** Whether boots throw. */
    volatile boolean fails;
    /** Whether the next boot does not return. */
    volatile boolean hangs;
    /** Whether it throws when it is to halt. */
    volatile boolean haltFails;
    /** What hangs goes on when this is down. */
    private final CountDownLatch release;

    Wild(String name, CountDownLatch release) {
        super(name);
        this.release = release;
    }

    @Override
    public Firmware firmware(BundleContext context, IpcaService service) {
        instances.incrementAndGet();
        return new Hands(context, service) {
            @Override
            public void boot(Boot newBoot) {
                super.boot(newBoot);
                if (fails) {
                    throw new IllegalStateException("fuse blown");
                }
                if (hangs) {
                    hangs = false;
                    block();
                }
            }

            @Override
            public void message(Message message) {
                String text = message.text();
                if (text.startsWith("always ")) {
                    wild(text.substring(7).strip());
                }
                if (text.startsWith("do ") && message.attempt() == 1) {
                    wild(text.substring(3).strip());
                }
                super.message(message);
            }

            @Override
            public void halt() {
                if (haltFails) {
                    throw new IllegalStateException("not yet");
                }
            }
        };
    }

    private void wild(String what) {
        switch (what) {
            case "throw" -> throw new IllegalStateException("told to");
            case "loop" -> loop();
            case "block" -> block();
            case "recurse" -> recurse(1);
            case "fill" -> fill();
            case "beyond" -> boot.memory().getFirst().get(ValueLayout.JAVA_BYTE, 1L << 40);
            case "outside" -> ipca.read(0, MemorySegment.ofArray(new byte[8]));
            case "nobody" -> ipca.send(4711, bytes("x"));
            default -> throw new IllegalArgumentException(what);
        }
    }

    private void loop() {
        while (release.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    private void block() {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // Ignored, as hung code does.
            }
        }
    }

    private long recurse(long depth) {
        return depth + recurse(depth + 1);
    }

    private void fill() {
        List<long[]> all = new ArrayList<>();
        while (true) {
            all.add(new long[Integer.MAX_VALUE - 8]);
        }
    }
}
