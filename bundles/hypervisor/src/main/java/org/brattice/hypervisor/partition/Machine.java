package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.brattice.api.Blockage;
import org.brattice.api.Fault;
import org.brattice.api.MemoryRange;
import org.brattice.api.Message;
import org.brattice.api.Performance;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.Frame;
import org.brattice.hypervisor.memory.View;
import org.brattice.hypervisor.recovery.FaultLog;
import org.brattice.hypervisor.resource.Slots;
import org.brattice.hypervisor.vsr.Area;
import org.brattice.hypervisor.vsr.Scanner;

/** The parts of the hypervisor on one frame, put together; and what a boot asks of them. */
final class Machine implements BootHost, AutoCloseable {
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    /** How often it is noted outside of the frame what is in it. */
    private static final Duration NOTE = Duration.ofSeconds(5);

    private final Frame frame;
    private final Deadlines deadlines;
    private final ControlThread control = new ControlThread();
    private final DedicatedProcessors dedicated = new DedicatedProcessors(
            Runtime.getRuntime().availableProcessors());
    private final Faults faults;
    private final Partitions partitions;
    private final Holdings holdings;
    private final Declarations declarations;
    private final Admission admission;
    private final LifeCycle lifeCycle;
    private final Mover mover;
    private final Departures departures;
    private final Loans loans;
    private final Recoverer recoverer;
    private final FaultNews news;
    private final Runaways runaways;
    private final Injector injector;

    /**
     * On a frame.
     *
     * @param changed told of each change of a partition's state
     * @param runaways how many threads that nothing can end there may be, or 0 for any number
     * @param process ends the process when a verdict says so
     */
    Machine(Frame frame, Deadlines deadlines, Runnable changed, int runaways,
            Recoverer.ProcessRestart process) {
        this.frame = frame;
        this.deadlines = deadlines;
        this.faults = new Faults(new FaultLog(frame.memory(), frame.layout()));
        this.partitions = new Partitions(faults, changed);
        this.injector = new Injector(partitions);
        this.holdings = new Holdings(frame, control, partitions, faults);
        this.declarations = new Declarations(frame.description(), holdings.blocks(), holdings);
        this.admission = new Admission(frame.description(), holdings.blocks(), declarations,
                holdings, changed);
        this.mover = new Mover(control, partitions, holdings, this::lingering);
        this.loans = new Loans(control, mover, holdings.ownership());
        this.departures = new Departures(control, holdings.ownership(), mover,
                loans, deadlines.settle());
        this.runaways = new Runaways(control, runaways, process);
        control.exhausted(() -> process.restart("the Java heap is exhausted"));
        this.lifeCycle = new LifeCycle(control, partitions, holdings, declarations, deadlines,
                changed,
                boot -> new BootRun(boot, this),
                mover::ended, departures, new Supply(control, holdings.ownership(), mover, loans),
                this.runaways);
        this.news = new FaultNews(control, partitions, holdings, faults);
        Helpers helpers = new Helpers(control, partitions, holdings, mover);
        news.told(helpers::told);
        this.recoverer = new Recoverer(control, lifeCycle, holdings, departures, process,
                new Watchdog(control, partitions), news, helpers, deadlines.well());
        lifeCycle.listener(recoverer);
        faults.listener(recoverer);
        if (frame.loss() != null) {
            faults.note(new Fault("hypervisor", 0, Fault.Kind.CORRUPTED, Instant.now(),
                    frame.loss()));
        }
        holdings.attach();
        control.queue(this::keepNoting);
        loans.attach();
        mover.listener(move -> {
            loans.moved(move);
            if (move.toNumber() == 0) {
                lifeCycle.retryRefused();
            }
        });
    }

    private void keepNoting() {
        note();
        control.later(NOTE, this::keepNoting);
    }

    private void note() {
        frame.note(partitions.all().stream().filter(one -> one.number() != 0)
                .map(LogicalPartition::name).toList(),
                holdings.vsr().areas().stream().mapToLong(area -> area.unread()
                        + holdings.vsr().retry().bytes(area.number())).sum());
    }

    private List<BootRun> lingering(LogicalPartition partition) {
        return lifeCycle.lingering(partition);
    }

    Mover mover() {
        return mover;
    }

    Departures departures() {
        return departures;
    }

    Injector injector() {
        return injector;
    }

    Runaways runaways() {
        return runaways;
    }

    Recoverer recoverer() {
        return recoverer;
    }

    Faults faults() {
        return faults;
    }

    Partitions partitions() {
        return partitions;
    }

    Holdings holdings() {
        return holdings;
    }

    Declarations declarations() {
        return declarations;
    }

    Admission admission() {
        return admission;
    }

    LifeCycle lifeCycle() {
        return lifeCycle;
    }

    @Override
    public View view() {
        return frame.view();
    }

    @Override
    public Processor processor(BootRun run, int index) {
        return new Processor(run, holdings.holders(), dedicated, run.partition().number(), index);
    }

    @Override
    public boolean crowded() {
        return dedicated.crowded();
    }

    @Override
    public int processors(int number) {
        return holdings.ownership().processors().of(number).size();
    }

    @Override
    public void left(BootRun run) {
        control.queue(() -> mover.left(run));
    }

    @Override
    public boolean announced(BootRun run, Message message) {
        return news.heard(run, message) || mover.announced(run, message);
    }

    @Override
    public List<MemoryRange> ranges(int number) {
        return holdings.blocks().kept(number);
    }

    @Override
    public BlockMap blocks() {
        return holdings.blocks();
    }

    @Override
    public Loans loans() {
        return loans;
    }

    @Override
    public Performance measure(LogicalPartition partition, Duration period, int processors,
            double busy, int waitingTasks, double memoryUse) {
        int number = partition.number();
        boolean known = !Double.isNaN(memoryUse);
        Area area = holdings.vsr().area(number);
        long unread = area == null ? 0 : area.unread() + holdings.vsr().retry().bytes(number);
        Blockage.Unread oldest = unread == 0
                ? null
                : holdings.vsr().blockages().oldestUnread(number);
        return new Performance(partition.name(), number, period, processors, busy, waitingTasks,
                memoryUse, known ? holdings.blocks().spare(number).size() : 0,
                known ? holdings.blocks().of(number).size() : 0, area == null ? 0 : area.capacity(),
                unread, oldest == null ? Duration.ZERO : oldest.age());
    }

    @Override
    public int broadcast(BootRun run, MemorySegment text) {
        return (int) holdings.vsr().areas().stream()
                .filter(area -> area.number() != run.partition().number()
                        && Mover.running(partitions.numbered(area.number())) != null
                        && announce(run, area.number(), text))
                .count();
    }

    @Override
    public boolean announce(BootRun run, int receiver, MemorySegment text) {
        return holdings.vsr().announce(run.scanning().holder(), receiver, text, 0) >= 0;
    }

    @Override
    public MemoryRange ipca(int number) {
        return holdings.ipcas().ipca(number);
    }

    @Override
    public MemoryRange home(int number) {
        return holdings.ipcas().home(number);
    }

    @Override
    public void register(BootRun run, MemoryRange range, Consumer<Scanner> taken) {
        synchronized (holdings.ipcas()) {
            Area area = holdings.ipcas().register(run.partition().number(), range);
            holdings.vsr().checked(area.number(), run.declaration().checksums());
            taken.accept(
                    new Scanner(holdings.vsr(), area, run.scanning().holder(), run.memory().view(),
                            new FirmwareReader(run, run.firmware()), run.declaration().retry()));
        }
    }

    @Override
    public String name(int number) {
        return partitions.name(number);
    }

    @Override
    public Slots slots() {
        return holdings.ownership().slots();
    }

    @Override
    public void ring(int number) {
        holdings.vsr().ring(number);
    }

    @Override
    public void checkMemory() {
        holdings.checkMemory();
    }

    @Override
    public void running(BootRun run) {
        lifeCycle.running(run);
    }

    @Override
    public void ending(BootRun run) {
        lifeCycle.ending(run);
    }

    @Override
    public void hearFaults(BootRun run, String partition) {
        news.ask(run, partition);
    }

    @Override
    public void ended(BootRun run) {
        news.over(run);
        lifeCycle.ended(run);
    }

    /** Halts all partitions, closes all views, then lets go of the frame. */
    @Override
    public void close() {
        nothingMoves();
        injector.on(false);
        lifeCycle.close().completeOnTimeout(null, deadlines.waitForStop().toMillis(),
                TimeUnit.MILLISECONDS).join();
        boolean nobodyReachesIt = shutOutAll();
        control.close();
        mover.closed();
        holdings.ownership().slots().close();
        if (nobodyReachesIt) {
            frame.close();
        } else {
            LOGGER.log(System.Logger.Level.ERROR, "frame memory in {0} stays locked: a hung"
                    + " partition may still reach it; restart the process", frame.backing());
        }
    }

    /** The framework stops, or the hypervisor: moves that have not ended are undone. Any thread. */
    void nothingMoves() {
        recoverer.close();
        runaways.close();
        control.queue(mover::close);
    }

    private boolean shutOutAll() {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        control.queue(() -> {
            note();
            holdings.vsr().close();
            over.complete(lifeCycle.shutOutAll());
        });
        return over.completeOnTimeout(false, deadlines.stop().toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
