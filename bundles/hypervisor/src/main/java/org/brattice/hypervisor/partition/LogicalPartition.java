package org.brattice.hypervisor.partition;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.brattice.api.Fault;
import org.brattice.api.Fault.Kind;
import org.brattice.api.PartitionState;

/**
 * A partition: a name and, once admitted, a number; they outlive its bundle. Status, number and boot are
 * written by the control thread and read by any.
 */
final class LogicalPartition {
    private static final int FAULT_LIMIT = 16;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final String name;
    private final Runnable changed;
    private final Faults faults;
    private volatile int number;
    private volatile Declaration declaration;
    private volatile String bundle = "";
    private volatile long bundleId = -1;
    private Next next;
    /** What its latest boot was of, while that is there. Control thread alone. */
    private FirmwareSource source;
    private long sources;
    private volatile Hold hold;
    private volatile Injector.Rule[] injected;
    private volatile BootRun boot;
    private long ends;
    private volatile Status status = new Status(PartitionState.DECLARED, Instant.now(), null, "");

    /**
     * What a verdict has decided of a partition without a boot: its resources stay.
     *
     * @param modified of the jar that is to be replaced, or -1
     */
    record Hold(Kind kind, String reason, long modified) {
        /** One that concerns any jar. */
        Hold(Kind kind, String reason) {
            this(kind, reason, -1);
        }

        /** Until a jar, as it was last modified then, has been replaced. */
        static Hold rollBack(String why, long modified) {
            return new Hold(Kind.ROLLS_BACK, Kind.ROLLS_BACK.text() + ", because " + why, modified);
        }

        /** Whether firmware does not boot. */
        boolean keepsOut(FirmwareSource source) {
            return kind == Kind.QUARANTINED
                    || kind == Kind.ROLLS_BACK && source.modified() == modified;
        }

        /** What ends it. */
        enum Kind {
            /** It boots by itself. */
            RESTARTS("it restarts"),
            /** Its bundle is updated, and then it boots by itself. */
            ROLLS_BACK("it is rolled back"),
            /** It boots when its bundle starts anew. */
            HELD("it is held"),
            /** It boots when an operator says so. */
            QUARANTINED("it is in quarantine");

            private final String text;

            Kind(String text) {
                this.text = text;
            }

            String text() {
                return text;
            }

            /** Whether it holds without the firmware that it was said of. */
            boolean outlivesFirmware() {
                return this == ROLLS_BACK || this == QUARANTINED;
            }
        }
    }

    /** Where it is in its life, and why. */
    record Status(PartitionState state, Instant since, Instant deadline, String reason) {}

    /** Firmware that boots when the boot that is ending has ended. */
    record Next(FirmwareSource source, Map<String, ?> properties) {}

    /** With the log of its faults, and someone to tell of each change of state. */
    LogicalPartition(String name, Faults faults, Runnable changed) {
        this.name = name;
        this.faults = faults;
        this.changed = changed;
    }

    String name() {
        return name;
    }

    int number() {
        return number;
    }

    void number(int newNumber) {
        number = newNumber;
    }

    Declaration declaration() {
        return declaration;
    }

    void declaration(Declaration newDeclaration) {
        declaration = newDeclaration;
    }

    String bundle() {
        return bundle;
    }

    long bundleId() {
        return bundleId;
    }

    void bundle(long id, String description) {
        bundleId = id;
        bundle = description;
    }

    /** Control thread alone. */
    Next next() {
        return next;
    }

    void next(Next newNext) {
        next = newNext;
    }

    /** What has its hypervisor calls go wrong, or null. Any thread. */
    Injector.Rule[] injected() {
        return injected;
    }

    void injected(Injector.Rule[] rules) {
        injected = rules;
    }

    /** What boots when a verdict says restart, or null. Control thread alone. */
    FirmwareSource source() {
        return source;
    }

    void source(FirmwareSource newSource) {
        source = newSource;
        sources++;
    }

    /** Counts comings and goings of what boots. Control thread alone. */
    long sources() {
        return sources;
    }

    /** What a verdict has decided while it has no boot, or its boot ends; or null. Set by the control thread. */
    Hold hold() {
        return hold;
    }

    void hold(Hold newHold) {
        hold = newHold;
    }

    /** The boot that runs or is ending, or null. */
    BootRun boot() {
        return boot;
    }

    void boot(BootRun newBoot) {
        boot = newBoot;
        ends++;
    }

    /** A boot of it is being prepared. */
    void touched() {
        ends++;
    }

    /** Counts beginnings and ends of its boots. Control thread alone. */
    long ends() {
        return ends;
    }

    Status status() {
        return status;
    }

    PartitionState state() {
        return status.state();
    }

    void state(PartitionState state, String reason) {
        state(state, null, reason);
    }

    void state(PartitionState state, Instant deadline, String reason) {
        Status before = status;
        if (before.state() != state || !before.reason().equals(reason)) {
            status = new Status(state, Instant.now(), deadline, reason);
            LOGGER.log(System.Logger.Level.INFO, "partition={0} state={1} reason={2}", name,
                    state.name().toLowerCase(java.util.Locale.ROOT), reason);
            changed.run();
        }
    }

    void fault(Kind kind, String cause) {
        fault(kind, 0, -1, 0, cause, "");
    }

    /** A fault that concerns a message of a peer, or none; with first-failure data. */
    void fault(Kind kind, int peer, long position, int attempt, String cause, String detail) {
        Instant now = Instant.now();
        faults.of(this,
                new Fault(0, name, number, kind, now, now, 1, peer, position, attempt, cause,
                        detail));
    }

    List<Fault> faults() {
        return number == 0 ? List.of() : faults.of(number, FAULT_LIMIT);
    }

    /** The whole of what partition code threw, for the log. */
    void log(String what, Throwable thrown) {
        LOGGER.log(System.Logger.Level.DEBUG, "partition=" + name + " " + what, thrown);
    }
}
