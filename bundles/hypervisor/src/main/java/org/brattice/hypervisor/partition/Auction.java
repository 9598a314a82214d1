package org.brattice.hypervisor.partition;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.api.Demand;
import org.brattice.api.Fault;
import org.brattice.api.HypervisorCallException;
import org.brattice.api.Loan;
import org.brattice.api.Message;
import org.brattice.api.Need;
import org.brattice.api.Performance;
import org.brattice.api.Resource;

/**
 * The need-resources auction as one boot takes part in it (S11). When its performance checks have found a need several
 * times in a row it asks all others, by a message to each; those that can spare one answer with an offer; the
 * offer of who is the least busy is taken, as a loan. A loan returns when as many checks have found that one fewer
 * would do, and it has been held for some time: longer, when the last one was given back too soon. On the first
 * processor.
 */
final class Auction {
    /** Checks in a row that find a need before others are asked. */
    private static final int NEEDED = 3;
    /** Checks in a row that find that one fewer would do before a loan returns. */
    private static final int RELIEVED = 5;
    /** Checks that offers are waited for. */
    private static final int PATIENCE = 3;
    /** Checks that a loan is held at least, and most. */
    private static final int HOLD = 10;
    private static final int HOLD_MOST = 10_240;
    /** Checks until others are asked again, when nobody had anything; doubled each time, up to this. */
    private static final int PAUSE_MOST = 64;
    private static final Pattern NEED = Pattern
            .compile("need=(\\d{1,18}) kind=(PROCESSOR|BLOCK) (.*)", Pattern.DOTALL);
    private static final Pattern OFFER = Pattern
            .compile("offer=(\\d{1,18}) resource=(\\S+) busy=([0-9.]+) .*", Pattern.DOTALL);
    private static final System.Logger LOGGER = QueuedLogger.LOGGER;

    private final BootRun run;
    private final BootHost host;
    private final PerformanceCheck check;
    private final List<Offer> offers = new ArrayList<>();
    /** What others were asked for, and no loan has come yet; or null. */
    private Need.Kind asked;
    private long id = System.nanoTime();
    private int patience;
    private boolean moving;
    /** Checks until others are asked again for a kind; and how many that will be the next time. */
    private final int[] pause = new int[Need.Kind.values().length];
    private final int[] pauseNext = new int[Need.Kind.values().length];
    private int hold;
    private int holdNext = HOLD;
    /** Checks since a loan was given back. */
    private int sinceReturn = HOLD_MOST;

    /** What another partition can spare, and how busy it is. */
    private record Offer(int lender, Resource resource, double busy) {}

    Auction(BootRun run, BootHost host) {
        this.run = run;
        this.host = host;
        this.check = new PerformanceCheck(run, host);
        Arrays.fill(pauseNext, NEEDED);
    }

    /** What the latest check has measured, or null. Any thread. */
    Performance performance() {
        return check.latest();
    }

    /** Once per scan period. */
    void tick() {
        check.check();
        Arrays.setAll(pause, kind -> Math.max(0, pause[kind] - 1));
        hold = Math.max(0, hold - 1);
        sinceReturn++;
        if (moving) {
            return;
        }
        if (asked != null) {
            decide();
            return;
        }
        for (Need.Kind kind : Need.Kind.values()) {
            if (pause[kind.ordinal()] == 0 && check.found(kind, Demand.Level.NEEDS) >= NEEDED) {
                ask(kind);
                return;
            }
            Loan loan = hold == 0 && check.found(kind, Demand.Level.SPARES) >= RELIEVED
                    ? host.loans().ofBorrower(run.partition(), kind)
                    : null;
            if (loan != null) {
                giveBack(loan);
                return;
            }
        }
    }

    private void ask(Need.Kind kind) {
        asked = kind;
        id++;
        offers.clear();
        patience = PATIENCE;
        Performance now = check.latest();
        int told = host.broadcast(run, text("need=" + id + " kind=" + kind + " " + why(now)));
        log("needs one " + kind + ": " + why(now) + "; asked=" + told);
    }

    private static String why(Performance now) {
        return String.format(Locale.ROOT, "busy=%.2f processors=%d waiting=%d%s", now.busy(),
                now.processors(), now.waitingTasks(), Double.isNaN(now.memoryUse())
                        ? ""
                        : String.format(Locale.ROOT, " memory=%.2f", now.memoryUse()));
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes the best offer, when there is one, and the others had a check's time for theirs. */
    private void decide() {
        if (check.found(asked, Demand.Level.NEEDS) == 0) {
            log("needs no " + asked + " any more");
            asked = null;
        } else if (!offers.isEmpty()) {
            take(offers.stream().min(Comparator.comparingDouble(Offer::busy)).orElseThrow());
        } else if (--patience <= 0) {
            int kind = asked.ordinal();
            log("was offered no " + asked + "; asks again in checks=" + pauseNext[kind]);
            asked = null;
            pause[kind] = pauseNext[kind];
            pauseNext[kind] = Math.min(PAUSE_MOST, 2 * pauseNext[kind]);
        }
    }

    private void take(Offer offer) {
        offers.remove(offer);
        moving = true;
        host.loans().borrow(run.partition(), offer.lender(), offer.resource(),
                why(check.latest()), lent -> run.notice(() -> taken(lent)));
    }

    private void taken(boolean lent) {
        moving = false;
        if (lent) {
            pauseNext[asked.ordinal()] = NEEDED;
            pause[asked.ordinal()] = NEEDED;
            asked = null;
            // Who needs it again so soon gave it back too soon.
            holdNext = sinceReturn <= 4 * holdNext ? Math.min(HOLD_MOST, 2 * holdNext) : HOLD;
            hold = holdNext;
        }
    }

    private void giveBack(Loan loan) {
        moving = true;
        host.loans().giveBack(loan, "the need has passed",
                returned -> run.notice(() -> returned(returned)));
    }

    private void returned(boolean returned) {
        moving = false;
        if (returned) {
            sinceReturn = 0;
        } else {
            // Its lender does not take it now.
            holdNext = Math.min(HOLD_MOST, 2 * holdNext);
            hold = holdNext;
        }
    }

    /** Whether a message that only the hypervisor can write is part of an auction; then it was dealt with. */
    boolean heard(Message message) {
        String text = message.text();
        Matcher need = NEED.matcher(text);
        if (need.matches()) {
            Asked view = new Asked(message, Long.parseLong(need.group(1)),
                    Need.Kind.valueOf(need.group(2)), need.group(3));
            run.guarded(Fault.Kind.TASK_THREW, "needed",
                    () -> run.operatingSystem().needed(view, run.firmware()));
            view.over = true;
            return true;
        }
        Matcher offer = OFFER.matcher(text);
        if (offer.matches()) {
            if (asked != null && Long.parseLong(offer.group(1)) == id) {
                offers.add(new Offer(message.source(), Resource.of(offer.group(2)),
                        Double.parseDouble(offer.group(3))));
            }
            return true;
        }
        return false;
    }

    private void log(String what) {
        LOGGER.log(System.Logger.Level.INFO, "partition={0} {1}", run.partition().name(), what);
    }

    /** A need as this partition hears of it. */
    private final class Asked implements Need {
        private final long number;
        private final Kind kind;
        private final int source;
        private final String name;
        private final String why;
        /** Whether it was offered something, or the call that it was handed to has returned. */
        private volatile boolean over;

        Asked(Message message, long number, Kind kind, String why) {
            this.number = number;
            this.kind = kind;
            this.source = message.source();
            this.name = message.sourceName();
            this.why = why;
        }

        @Override
        public Kind kind() {
            return kind;
        }

        @Override
        public String from() {
            return name;
        }

        @Override
        public int number() {
            return source;
        }

        @Override
        public String why() {
            return why;
        }

        @Override
        public boolean spares() {
            return check.found(kind, Demand.Level.SPARES) > 0;
        }

        @Override
        public boolean offer() {
            if (over || Processor.current() != run.scanning() || run.fenced()) {
                throw new HypervisorCallException(
                        "the need of partition " + name + " is answered once,"
                                + " on the first processor of " + run.partition().name()
                                + ", until OperatingSystem.needed returns");
            }
            over = true;
            Resource resource = host.loans().spare(run.partition(), kind);
            Performance own = check.latest();
            if (resource == null || own == null) {
                return false;
            }
            String text = String.format(Locale.ROOT, "offer=%d resource=%s busy=%.4f %s", number,
                    resource, own.busy(), "from=" + run.partition().name());
            log("offers " + resource + " to " + name);
            return host.announce(run, source, text(text));
        }
    }
}
