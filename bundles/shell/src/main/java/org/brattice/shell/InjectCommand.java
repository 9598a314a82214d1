package org.brattice.shell;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.brattice.api.FaultInjection;
import org.brattice.api.Injection;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Has hypervisor calls of partitions go wrong (S12). */
@Component(service = InjectCommand.class, property = {"osgi.command.scope=brattice",
        "osgi.command.function=inject"})
public final class InjectCommand {
    private static final String NONE = "";
    private final Operator operator;

    @Activate
    public InjectCommand(@Reference Operator operator) {
        this.operator = operator;
    }

    @Descriptor("has hypervisor calls of a partition go wrong; without parameters lists the rules")
    public void inject(
            @Descriptor("switch fault injection on") @Parameter(names = "--on",
                    presentValue = "true", absentValue = "false") boolean on,
            @Descriptor("switch it off: all rules are gone") @Parameter(names = "--off",
                    presentValue = "true", absentValue = "false") boolean off,
            @Descriptor("which call: send, sendBatch, broadcast, read, memory, block, register, device, run; any"
                    + " unless given") @Parameter(names = "--call", absentValue = "*") String call,
            @Descriptor("the how manieth of them; the first unless given") @Parameter(
                    names = "--at", absentValue = NONE) String at,
            @Descriptor("how probable it is for each, 0 to 1") @Parameter(names = "--probability",
                    absentValue = NONE) String probability,
            @Descriptor("of the probability: the same seed, the same calls") @Parameter(
                    names = "--seed", absentValue = "1") String seed,
            @Descriptor("how often at most; any number unless given") @Parameter(names = "--times",
                    absentValue = NONE) String times,
            @Descriptor("how much longer a call takes, with DELAY") @Parameter(names = "--delay",
                    absentValue = "1s") String delay,
            @Descriptor("[NAME EFFECT]: a partition's name, and throw, hang, kill, drop, delay, duplicate,"
                    + " corrupt or refuse") String... words) {
        FaultInjection injection = operator.hypervisor().injection();
        List<String> given = Words.atLeast("inject", words);
        if (on && off) {
            throw new CommandFailed("say one of both: --on, or --off");
        }
        if (on || off) {
            injection.on(on);
        }
        if (!given.isEmpty()) {
            List<String> both = Words.exactly("inject NAME EFFECT", words);
            add(injection, both.get(0), both.get(1), call, at, probability, seed, times, delay);
        } else {
            list(injection);
        }
    }

    private void add(FaultInjection injection, String name, String effect, String call, String at,
            String probability, String seed, String times, String delay) {
        String partition = operator.known(name).name();
        if (!at.equals(NONE) && !probability.equals(NONE)) {
            throw new CommandFailed("say one of both: --at, or --probability");
        }
        boolean first = at.equals(NONE) && probability.equals(NONE);
        long number = first ? 1 : at.equals(NONE) ? 0 : number("at", at);
        double chance = probability.equals(NONE) ? 0 : chance(probability);
        if (number < (probability.equals(NONE) ? 1 : 0)) {
            throw new CommandFailed("at=" + at + " must be from 1");
        }
        long most = times.equals(NONE) ? 0 : number("times", times);
        if (!times.equals(NONE) && most < 1) {
            throw new CommandFailed("times=" + times + " must be from 1");
        }
        try {
            int id = injection.inject(new Injection(partition, effect(effect), call,
                    number, chance, number("seed", seed), (int) Math.min(Integer.MAX_VALUE, most),
                    Quantity.duration("delay", delay)));
            System.out.println("rule=" + id);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage());
        } catch (IllegalStateException e) {
            throw new CommandFailed("fault injection is off: say inject --on first");
        }
    }

    private static Injection.Effect effect(String word) {
        return Arrays.stream(Injection.Effect.values())
                .filter(one -> one.name().equals(word.toUpperCase(Locale.ROOT))).findAny()
                .orElseThrow(() -> new CommandFailed("effect=" + word + " must be one of "
                        + Arrays.toString(Injection.Effect.values()).toLowerCase(Locale.ROOT)));
    }

    private static long number(String option, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new CommandFailed(option + "=" + text + " must be a whole number");
        }
    }

    private static double chance(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new CommandFailed("probability=" + text + " must be a number, 0 to 1");
        }
    }

    private static void list(FaultInjection injection) {
        System.out.println("fault injection is " + (injection.on() ? "on" : "off"));
        if (injection.rules().isEmpty()) {
            return;
        }
        Table table = new Table(">RULE", "PARTITION", "EFFECT", "CALL", "WHICH", ">CALLS",
                ">INJECTED");
        for (FaultInjection.Injected one : injection.rules()) {
            Injection rule = one.rule();
            table.row(one.id(), rule.partition(), rule.effect().name().toLowerCase(Locale.ROOT),
                    rule.call(),
                    rule.at() > 0
                            ? "at " + rule.at()
                            : "probability " + rule.probability() + " seed " + rule.seed()
                                    + (rule.times() == 0 ? "" : " times " + rule.times()),
                    one.calls(), one.injected());
        }
        table.print(System.out);
    }
}
