package org.brattice.hypervisor.partition;

import static java.util.stream.Collectors.groupingBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.brattice.api.Partition;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.Size;
import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Which bundles declare which partitions, and whether the frame will have them: a bundle that declares
 * one it will not have is kept from resolving, so none of its code runs. Called by the framework on any
 * thread, under this object's monitor; calls nothing that resolves.
 */
final class Admission implements ResolverHookFactory {
    private final FrameDescription frame;
    private final BlockMap blocks;
    private final Owners owners;
    private final Runnable changed;
    private final Map<Long, List<Declared>> bundles = new TreeMap<>();
    private final Map<Long, String> shortages = new HashMap<>();

    /**
     * A partition that a bundle declares.
     *
     * @param name as declared
     * @param bundle who declares it
     * @param attributes of the capability
     * @param declaration what they say, or null when malformed
     * @param refusal why the frame will not have it, or null
     */
    record Declared(String name, Bundle bundle, Map<String, Object> attributes,
            Declaration declaration, String refusal) {}

    /**
     * A partition that has its memory already.
     *
     * @param bundleId of the bundle whose firmware it runs or last ran, or -1 when not known
     * @param bundle that bundle as people name it
     */
    record Holding(long bundleId, String bundle) {}

    /** Who owns what at present. Any thread. */
    interface Owners {
        /** A partition that has its memory, or null. */
        Holding holding(String partition);

        /** Why a declaration's slots or processors are not to be had, or null. */
        String refusal(Declaration declaration);
    }

    /** With who knows what is owned; told of refusals. */
    Admission(FrameDescription frame, BlockMap blocks, Owners owners, Runnable changed) {
        this.frame = frame;
        this.blocks = blocks;
        this.owners = owners;
        this.changed = changed;
    }

    private boolean allotted(String name) {
        return owners.holding(name) != null;
    }

    /** Who else has a partition, though not declared by that name (a configuration named it), or null. */
    synchronized String holder(String name, Bundle bundle) {
        Holding holding = owners.holding(name);
        return holding == null || holding.bundleId() == bundle.getBundleId()
                || !bundles.containsKey(holding.bundleId()) ? null : holding.bundle();
    }

    /** Reads what a bundle's newest revision declares; the bundle has been installed or updated. */
    synchronized List<Declared> read(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        List<Declared> declared = new ArrayList<>();
        if (revision != null) {
            for (BundleCapability capability : revision
                    .getDeclaredCapabilities(Partition.NAMESPACE)) {
                declared.add(declared(bundle, capability.getAttributes()));
            }
        }
        if (declared.isEmpty()) {
            bundles.remove(bundle.getBundleId());
        } else {
            bundles.put(bundle.getBundleId(), declared);
        }
        return declared;
    }

    /** The bundle is gone. */
    synchronized void remove(Bundle bundle) {
        bundles.remove(bundle.getBundleId());
        shortages.remove(bundle.getBundleId());
    }

    /** Why a bundle was last kept from resolving although its declarations are sound, or null. */
    synchronized String shortage(Bundle bundle) {
        return resolved(bundle) ? null : shortages.get(bundle.getBundleId());
    }

    private Declared declared(Bundle bundle, Map<String, Object> attributes) {
        Object name = attributes.get("name");
        String text = name == null ? "" : name.toString();
        try {
            Declaration declaration = Declaration.of(attributes);
            return new Declared(text, bundle, attributes, declaration, bound(declaration));
        } catch (IllegalArgumentException e) {
            return new Declared(text, bundle, attributes, null, e.getMessage());
        }
    }

    /** Why the frame could never have it, or null. */
    String bound(Declaration declaration) {
        long capacity = blocks.capacity() * frame.block();
        if (declaration.memory() > capacity) {
            return "memory=" + Size.text(declaration.memory()) + " must be at most "
                    + Size.text(capacity) + ", which is all that partitions of this frame can own";
        }
        if (declaration.processors() > frame.processors()) {
            return "processors=" + declaration.processors() + " must be at most "
                    + frame.processors() + ", the frame's";
        }
        for (String slot : declaration.slots()) {
            if (!frame.slots().containsKey(slot)) {
                return "slots=" + slot + " is no slot of the frame, which has "
                        + (frame.slots().isEmpty() ? "none" : frame.slots().keySet())
                        + ": add slot."
                        + slot + " to the frame description";
            }
        }
        return null;
    }

    /**
     * All that is declared, by bundle. A name belongs to the installed bundle that has the partition,
     * then to the first that declares it; others are refused.
     */
    synchronized List<Declared> declared() {
        Map<String, Declared> first = new HashMap<>();
        List<Declared> all = new ArrayList<>();
        for (List<Declared> declared : bundles.values()) {
            for (Declared one : declared) {
                Declared owner = first.get(one.name());
                String holder = holder(one.name(), one.bundle());
                if (holder != null) {
                    all.add(taken(one, holder));
                } else if (owner == null || owner.refusal() != null) {
                    first.put(one.name(), one);
                    all.add(one);
                } else {
                    all.add(taken(one, text(owner.bundle())));
                }
            }
        }
        return all;
    }

    private static Declared taken(Declared declared, String holder) {
        return new Declared(declared.name(), declared.bundle(), declared.attributes(), null,
                taken(declared.name(), holder));
    }

    /** Why a partition cannot have a name. */
    static String taken(String name, String holder) {
        return "name=" + name + " is taken by bundle " + holder
                + ": a partition's name is unique in the frame";
    }

    /** What a bundle declares, its own view of names that are taken included. */
    List<Declared> of(Bundle bundle) {
        return declared().stream().filter(one -> one.bundle().equals(bundle)).toList();
    }

    /** A bundle as people name it. */
    static String text(Bundle bundle) {
        return bundle.getSymbolicName() + "/" + bundle.getVersion() + " [" + bundle.getBundleId()
                + "]";
    }

    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        Set<Long> meant = new HashSet<>();
        triggers.forEach(trigger -> meant.add(trigger.getBundle().getBundleId()));
        return new Hook(meant);
    }

    private static boolean resolved(Bundle bundle) {
        return (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    }

    /** Whole blocks for the partitions that have not got their memory yet. */
    private long blocksFor(Collection<Declared> declared) {
        return declared.stream().filter(one -> one.refusal() == null && !allotted(one.name()))
                .mapToLong(one -> blocks.blocksFor(one.declaration().memory())).sum();
    }

    private static boolean declares(BundleRevision revision) {
        return !revision.getDeclaredCapabilities(Partition.NAMESPACE).isEmpty();
    }

    /** Keeps bundles from resolving in one resolution, for which it looks at everything once. */
    private final class Hook implements ResolverHook {
        private final Set<Long> triggers;
        private final Map<Long, Boolean> verdicts = new HashMap<>();
        private Map<Long, List<Declared>> declared;
        private long free;

        Hook(Set<Long> triggers) {
            this.triggers = triggers;
        }

        /**
         * Takes away what is to be resolved when all of that is refused, which says it best. Nothing
         * else may be taken away here: Felix then hides all bundles that are resolved already.
         */
        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            List<BundleRevision> meant = candidates.stream()
                    .filter(one -> triggers.contains(one.getBundle().getBundleId())).toList();
            List<BundleRevision> refused = meant.stream().filter(this::refused).toList();
            if (refused.size() == meant.size()) {
                refused.forEach(candidates::remove);
            }
        }

        /** Who is refused gets nothing that it requires, and others get nothing of it. */
        @Override
        public void filterMatches(BundleRequirement requirement,
                Collection<BundleCapability> candidates) {
            if (refused(requirement.getRevision())) {
                candidates.clear();
            } else {
                candidates.removeIf(one -> refused(one.getRevision()));
            }
        }

        private boolean refused(BundleRevision revision) {
            if (!declares(revision)) {
                return false;
            }
            synchronized (Admission.this) {
                return verdicts.computeIfAbsent(revision.getBundle().getBundleId(),
                        id -> refused(revision.getBundle()));
            }
        }

        private boolean refused(Bundle bundle) {
            if (!bundles.containsKey(bundle.getBundleId())) {
                read(bundle);
                declared = null;
            }
            if (declared == null) {
                look();
            }
            List<Declared> mine = declared.get(bundle.getBundleId());
            if (resolved(bundle)) {
                return false;
            }
            if (mine.stream().anyMatch(one -> one.refusal() != null)) {
                return true;
            }
            String shortage = lack(bundle, mine);
            if (!triggers.contains(bundle.getBundleId())) {
                return shortage != null;
            }
            if (shortage == null) {
                shortages.remove(bundle.getBundleId());
            } else {
                shortages.put(bundle.getBundleId(), shortage);
            }
            return shortage != null;
        }

        /** Everything declared, and the memory that no resolved bundle has been promised. */
        private void look() {
            List<Declared> all = declared();
            declared = all.stream().collect(groupingBy(one -> one.bundle().getBundleId()));
            free = blocks.free()
                    - blocksFor(all.stream().filter(one -> resolved(one.bundle())).toList());
        }

        /** What there is not enough of, or null: then its memory is promised. */
        private String lack(Bundle bundle, List<Declared> mine) {
            for (Declared one : mine) {
                String refusal = owners.refusal(one.declaration());
                if (refusal != null) {
                    return refusal;
                }
            }
            long needed = blocksFor(mine);
            if (needed > free) {
                return "memory=" + Size.text(needed * frame.block()) + " must be at most "
                        + Size.text(Math.max(0, free) * frame.block())
                        + ", which is free in the frame: stop and uninstall a partition, or"
                        + " enlarge memory in the frame description";
            }
            if (triggers.contains(bundle.getBundleId())) {
                free -= needed;
            }
            return null;
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton,
                Collection<BundleCapability> candidates) {
            // Versions of one bundle may be installed beside each other.
        }

        @Override
        public void end() {
            if (verdicts.containsValue(true)) {
                changed.run();
            }
        }
    }
}
