package org.brattice.shell;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.brattice.api.Holding;
import org.brattice.api.Resource;

/**
 * Which resources a command means: one by name, {@code processor:3}; so many of one owner, {@code blocks:4}; or so
 * many from an index on, {@code blocks:4@17}. What cannot be met whole is refused before anything moves.
 */
final class Selection {
    private static final Pattern MANY = Pattern
            .compile("(processors|blocks):([0-9]{1,9})(?:@([0-9]{1,9}))?");

    private Selection() {}

    /**
     * The resources that a word names.
     *
     * @param word as on the command line
     * @param owner name of the partition that is to lose them, "" for the free pool, or null when the command
     *        says nothing of that
     * @param holdings what all own
     * @param borrowed what is on loan: a count takes it last
     */
    static List<Resource> of(String word, String owner, List<Holding> holdings,
            Set<Resource> borrowed) {
        Matcher many = MANY.matcher(word);
        if (!many.matches()) {
            return List.of(one(word, owner, holdings));
        }
        boolean processors = many.group(1).equals("processors");
        Function<Integer, Resource> kind = processors
                ? Resource.Processor::new
                : Resource.MemoryBlock::new;
        int count = Integer.parseInt(many.group(2));
        if (count == 0) {
            throw new CommandFailed("resource=" + word + " names none: say how many, from 1");
        }
        return many.group(3) == null
                ? count(word, kind, count, processors,
                        holding(owner == null ? "" : owner, holdings), borrowed)
                : range(word, kind, Integer.parseInt(many.group(3)), count, owner, holdings);
    }

    private static Resource one(String word, String owner, List<Holding> holdings) {
        Resource resource;
        try {
            resource = Resource.of(word);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(e.getMessage() + ", or so many: processors:COUNT,"
                    + " blocks:COUNT or blocks:COUNT@INDEX");
        }
        if (owner != null) {
            check(resource, owner, holdings);
        }
        return resource;
    }

    /** The highest of those that can be spared, and what is on loan last: a move by hand ends a loan. */
    private static List<Resource> count(String word, Function<Integer, Resource> kind, int count,
            boolean processors, Holding from, Set<Resource> borrowed) {
        List<Integer> spare = processors ? from.spareProcessors() : from.spareBlocks();
        if (count > spare.size()) {
            throw new CommandFailed("resource=" + word + " is more than "
                    + MoveCommand.name(from.partition()) + " can spare, which is "
                    + ResourcesCommand.indices(spare) + ": say resources "
                    + from.partition());
        }
        List<Resource> order = new ArrayList<>(spare.reversed().stream().map(kind).toList());
        order.sort(Comparator.comparing(borrowed::contains));
        return order.subList(0, count).reversed();
    }

    private static List<Resource> range(String word, Function<Integer, Resource> kind, int index,
            int count, String owner, List<Holding> holdings) {
        if (index > Integer.MAX_VALUE - count) {
            throw new CommandFailed("resource=" + word + " goes beyond the last index");
        }
        List<Resource> resources = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Resource resource = kind.apply(index + i);
            check(resource, owner, holdings);
            resources.add(resource);
        }
        return resources;
    }

    /** It belongs to somebody, or to whom the command says. */
    private static void check(Resource resource, String owner, List<Holding> holdings) {
        Holding holder = holdings.stream().filter(one -> owns(one, resource)).findAny()
                .orElseThrow(() -> new CommandFailed("resource=" + resource
                        + " is owned by no partition and not free: say resources"));
        if (owner != null && !holder.partition().equals(owner)) {
            throw new CommandFailed("resource=" + resource + " is owned by "
                    + MoveCommand.name(holder.partition()) + ", not by "
                    + MoveCommand.name(owner));
        }
    }

    private static boolean owns(Holding holding, Resource resource) {
        return switch (resource) {
            case Resource.Processor(int index) -> holding.processors().contains(index);
            case Resource.MemoryBlock(int index) -> holding.blocks().contains(index);
            case Resource.Slot(String location) -> holding.slots().contains(location);
        };
    }

    private static Holding holding(String owner, List<Holding> holdings) {
        return holdings.stream().filter(one -> one.partition().equals(owner)).findAny()
                .orElseThrow(() -> new CommandFailed("from=" + owner
                        + " owns nothing, as it is unknown or was not admitted: say why " + owner));
    }
}
