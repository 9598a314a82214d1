package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
        return new Hook();
    }

    /** Memory of partitions that are resolved and have not got theirs yet, by bundle. */
    private long promised() {
        return declared().stream()
                .filter(one -> one.refusal() == null && resolved(one.bundle())
                        && !allotted(one.name()))
                .mapToLong(one -> blocks.blocksFor(one.declaration().memory())).sum();
    }

    private static boolean resolved(Bundle bundle) {
        return (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    }

    /** Keeps bundles from resolving in one resolution. */
    private final class Hook implements ResolverHook {
        private final Map<Long, Long> accepted = new HashMap<>();
        private boolean refused;

        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            for (Iterator<BundleRevision> each = candidates.iterator(); each.hasNext();) {
                BundleRevision candidate = each.next();
                if (!candidate.getDeclaredCapabilities(Partition.NAMESPACE).isEmpty()
                        && refused(candidate.getBundle())) {
                    each.remove();
                    refused = true;
                }
            }
        }

        private boolean refused(Bundle bundle) {
            synchronized (Admission.this) {
                if (!bundles.containsKey(bundle.getBundleId())) {
                    read(bundle);
                }
                List<Declared> declared = of(bundle);
                if (declared.stream().anyMatch(one -> one.refusal() != null)) {
                    return true;
                }
                for (Declared one : declared) {
                    String refusal = owners.refusal(one.declaration());
                    if (refusal != null) {
                        shortages.put(bundle.getBundleId(), refusal);
                        return true;
                    }
                }
                long needed = declared.stream().filter(one -> !allotted(one.name()))
                        .mapToLong(one -> blocks.blocksFor(one.declaration().memory())).sum();
                long others = promised() + accepted.entrySet().stream()
                        .filter(entry -> entry.getKey() != bundle.getBundleId())
                        .mapToLong(Map.Entry::getValue).sum();
                long free = blocks.free() - others;
                if (needed > free) {
                    shortages.put(bundle.getBundleId(), "memory="
                            + Size.text(needed * frame.block())
                            + " must be at most " + Size.text(Math.max(0, free) * frame.block())
                            + ", which is free in the frame: stop and uninstall a partition, or"
                            + " enlarge memory in the frame description");
                    return true;
                }
                shortages.remove(bundle.getBundleId());
                accepted.put(bundle.getBundleId(), needed);
                return false;
            }
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton,
                Collection<BundleCapability> candidates) {
            // Versions of one bundle may be installed beside each other.
        }

        @Override
        public void filterMatches(BundleRequirement requirement,
                Collection<BundleCapability> candidates) {
            // What may be resolved may be wired to anything.
        }

        @Override
        public void end() {
            if (refused) {
                changed.run();
            }
        }
    }
}
