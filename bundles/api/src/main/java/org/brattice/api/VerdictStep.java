package org.brattice.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A verdict, and how often it may be given before the next step is taken: how people write what is to be done about
 * faults that come again and again, as in {@code restart*3/60s, rollback, hold}.
 *
 * @param verdict what is to be done
 * @param times how often in any window, or 0 for always
 * @param window how long a window is; none when there is no limit
 */
public record VerdictStep(Verdict verdict, int times, Duration window) {
    private static final Pattern LIMITED = Pattern.compile("([^*]*)\\*(\\d{1,6})/(\\d{1,6})s");

    public VerdictStep {
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(window, "window");
    }

    /**
     * Steps with commas between, each a verdict or {@code VERDICT*TIMES/SECONDSs}.
     *
     * @throws IllegalArgumentException naming what is wrong, and what it can be
     */
    public static List<VerdictStep> of(String text) {
        List<VerdictStep> steps = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String step = part.strip();
            Matcher matcher = LIMITED.matcher(step);
            if (matcher.matches()) {
                int times = Integer.parseInt(matcher.group(2));
                Duration window = Duration.ofSeconds(Long.parseLong(matcher.group(3)));
                if (times == 0 || window.isZero()) {
                    throw wrong(step);
                }
                steps.add(new VerdictStep(Verdict.of(matcher.group(1)), times, window));
            } else if (step.indexOf('*') >= 0) {
                throw wrong(step);
            } else {
                steps.add(new VerdictStep(Verdict.of(step), 0, Duration.ZERO));
            }
        }
        return steps;
    }

    private static IllegalArgumentException wrong(String step) {
        return new IllegalArgumentException("step=" + step + " must be a verdict, or"
                + " VERDICT*TIMES/SECONDSs such as restart*3/60s");
    }

    @Override
    public String toString() {
        return verdict + (times == 0 ? "" : "*" + times + "/" + window.toSeconds() + "s");
    }
}
