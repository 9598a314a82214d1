package org.brattice.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.brattice.benchmarks.machine.EmbeddedFramework;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventHandler;

/**
 * Event Admin of Felix in its framework. An event is immutable, so each carries a fresh copy of the
 * payload. Posting is bounded by nothing: a sender waits here while as many as the others' rings hold are
 * on their way.
 */
final class FelixEvents extends LanePeer {
    private static final String PAYLOAD = "payload";
    private static final String ON_ITS_WAY = "on.its.way";

    private final EmbeddedFramework framework;
    private final EventAdmin admin;
    private final boolean posts;
    private int topics;

    FelixEvents(Path data, boolean posts) throws IOException, BundleException {
        this.posts = posts;
        // Without a limit for handlers, as its documentation says for speed.
        framework = new EmbeddedFramework(data,
                Map.of("org.apache.felix.eventadmin.Timeout", "0"));
        framework.connect(EventAdmin.class);
        BundleContext context = framework.context();
        admin = context.getService(context.getServiceReference(EventAdmin.class));
    }

    @Override
    Lane lane(Load load, Intake intake) {
        String topic = "benchmark/" + topics++;
        EventHandler handler = event -> {
            Bytes payload = (Bytes) event.getProperty(PAYLOAD);
            // Handlers are called on several threads at once; the receiver is one.
            synchronized (intake) {
                intake.take(payload.first(), payload.last());
            }
            ((AtomicLong) event.getProperty(ON_ITS_WAY)).decrementAndGet();
        };
        ServiceRegistration<?> registration = framework.context().registerService(
                EventHandler.class, handler, new Hashtable<>(Map.of("event.topics", topic)));
        return new Lane() {
            @Override
            public Port port() {
                return new EventPort(topic, load);
            }

            @Override
            public void close() {
                registration.unregister();
            }
        };
    }

    @Override
    public void close() {
        framework.close();
    }

    private final class EventPort implements Port {
        private final AtomicLong onItsWay = new AtomicLong();
        private final String topic;
        private final Bytes payload;
        private final int limit;

        EventPort(String topic, Load load) {
            this.topic = topic;
            this.payload = new Bytes(load.bytes());
            this.limit = load.slots();
        }

        @Override
        public boolean offer(long word) {
            if (onItsWay.get() >= limit) {
                return false;
            }
            onItsWay.incrementAndGet();
            payload.mark(word);
            Event event = new Event(topic,
                    Map.of(PAYLOAD, new Bytes(payload), ON_ITS_WAY, onItsWay));
            if (posts) {
                admin.postEvent(event);
            } else {
                admin.sendEvent(event);
            }
            return true;
        }
    }
}
