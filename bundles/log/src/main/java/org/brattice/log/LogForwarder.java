package org.brattice.log;

import java.util.Collections;
import java.util.List;

import org.osgi.framework.Bundle;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/** Hands what bundles log to the process's own logging, from the first entry still kept. */
@Component(service = {})
public final class LogForwarder implements LogListener {
    private final LogReaderService reader;

    @Activate
    public LogForwarder(@Reference LogReaderService reader) {
        this.reader = reader;
        List<LogEntry> earlier = Collections.list(reader.getLog());
        Collections.reverse(earlier);
        earlier.forEach(this::logged);
        reader.addLogListener(this);
    }

    @Deactivate
    void deactivate() {
        reader.removeLogListener(this);
    }

    @Override
    public void logged(LogEntry entry) {
        if (isLifeCycle(entry)) {
            return;
        }
        System.getLogger(name(entry.getBundle())).log(level(entry), entry.getMessage(),
                entry.getException());
    }

    /** Frameworks log each event: nobody can read past them, and the launcher logs the failures. */
    private static boolean isLifeCycle(LogEntry entry) {
        return entry.getLoggerName() != null && entry.getLoggerName().startsWith("Events.");
    }

    private static String name(Bundle bundle) {
        return bundle == null ? "framework" : bundle.getSymbolicName();
    }

    private static System.Logger.Level level(LogEntry entry) {
        return switch (entry.getLogLevel()) {
            case ERROR -> System.Logger.Level.ERROR;
            case WARN -> System.Logger.Level.WARNING;
            case AUDIT, INFO -> System.Logger.Level.INFO;
            case DEBUG -> System.Logger.Level.DEBUG;
            case TRACE -> System.Logger.Level.TRACE;
        };
    }
}
