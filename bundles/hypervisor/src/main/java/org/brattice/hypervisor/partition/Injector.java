package org.brattice.hypervisor.partition;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.brattice.api.FaultInjection;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Injection;
import org.brattice.api.Injection.Effect;

/**
 * Has hypervisor calls go wrong. A partition without a rule pays a look at one field for each call. Rules are changed under
 * this object's monitor, and followed on the partitions' processors.
 */
final class Injector implements FaultInjection {
    /** What a call returns that sent nothing: no position that there is. */
    static final long DROPPED = Long.MAX_VALUE;
    private static final int KILLED = 137;
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final Partitions partitions;
    private final List<Rule> rules = new ArrayList<>();
    private volatile boolean on;
    private int ids;

    /** One of them, with what has come of it. */
    static final class Rule {
        private final int id;
        private final Injection says;
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong injected = new AtomicLong();
        private final CountDownLatch over = new CountDownLatch(1);

        Rule(int id, Injection says) {
            this.id = id;
            this.says = says;
        }

        /** Whether this call goes wrong; by its number alone, so that a run can be repeated. */
        private boolean hits(String call) {
            if (!says.call().equals("*") && !says.call().equals(call)) {
                return false;
            }
            long number = calls.incrementAndGet();
            boolean meant = says.at() > 0
                    ? number == says.at()
                    : new SplittableRandom(says.seed() + 0x9e3779b97f4a7c15L * number)
                            .nextDouble() < says.probability();
            return meant && (says.times() == 0
                    ? injected.incrementAndGet() > 0
                    : injected.getAndUpdate(
                            count -> count < says.times() ? count + 1 : count) < says.times());
        }
    }

    Injector(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public boolean on() {
        return on;
    }

    @Override
    public synchronized void on(boolean newOn) {
        if (on != newOn) {
            LOGGER.log(System.Logger.Level.WARNING, "fault injection is {0}",
                    newOn ? "on: partitions may fail because they are told to" : "off");
        }
        on = newOn;
        if (!newOn) {
            rules.forEach(rule -> rule.over.countDown());
            rules.clear();
            ids = 0;
            partitions.injector(name -> null);
        }
    }

    @Override
    public synchronized int inject(Injection says) {
        if (!on) {
            throw new IllegalStateException("fault injection is off: switch it on first");
        }
        Rule rule = new Rule(++ids, says);
        rules.add(rule);
        LOGGER.log(System.Logger.Level.WARNING, "fault injection rule={0} {1}",
                Integer.toString(rule.id), says);
        List<Rule> now = List.copyOf(rules);
        partitions.injector(name -> {
            Rule[] own = now.stream().filter(one -> one.says.partition().equals(name))
                    .toArray(Rule[]::new);
            return own.length == 0 ? null : own;
        });
        return rule.id;
    }

    @Override
    public synchronized List<Injected> rules() {
        return rules.stream().map(rule -> new Injected(rule.id, rule.says, rule.calls.get(),
                rule.injected.get())).toList();
    }

    /**
     * A partition makes a hypervisor call: what a rule says about it happens, or is returned when it concerns what the
     * call sends. On the partition's processor.
     *
     * @return {@link Effect#DROP}, {@link Effect#DUPLICATE}, {@link Effect#CORRUPT}, or null
     */
    static Effect at(Processor caller, String call) {
        Rule[] own = caller.boot().partition().injected();
        if (own == null) {
            return null;
        }
        // Each rule counts each call, also one that another has throw.
        Rule[] hits = Arrays.stream(own).filter(rule -> rule.hits(call)).toArray(Rule[]::new);
        Effect rest = null;
        for (Rule rule : hits) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "fault injection rule={0} partition={1} call={2} effect={3}",
                    Integer.toString(rule.id), rule.says.partition(), call, rule.says.effect());
            rest = happens(rule, call, rest);
        }
        if (caller.boot().fenced()) {
            // It was shut out while it hung.
            throw new HypervisorCallException("this boot of partition "
                    + caller.boot().partition().name() + " has been ended by the hypervisor");
        }
        return rest;
    }

    private static Effect happens(Rule rule, String call, Effect before) {
        switch (rule.says.effect()) {
            case THROW -> throw new IllegalStateException(
                    call + " throws, because fault injection rule=" + rule.id + " says so");
            case REFUSE -> throw new HypervisorCallException(call
                    + " is refused, because fault injection rule=" + rule.id + " says so");
            case HANG -> hang(rule);
            case DELAY -> delay(rule.says.delay());
            case KILL -> Runtime.getRuntime().halt(KILLED);
            default -> {
                return rule.says.effect();
            }
        }
        return before;
    }

    /** As code hangs that ignores interruption. */
    private static void hang(Rule rule) {
        while (rule.over.getCount() > 0) {
            try {
                rule.over.await();
            } catch (InterruptedException e) {
                // Ignored: that is what it is for.
            }
        }
    }

    private static void delay(Duration delay) {
        long end = System.nanoTime() + delay.toNanos();
        for (long rest; (rest = end - System.nanoTime()) > 0;) {
            // An interrupt or a doorbell ends no delay.
            Thread.interrupted();
            LockSupport.parkNanos(rest);
        }
    }
}
