package org.brattice.hypervisor.partition;

import static java.util.stream.Collectors.groupingBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.brattice.api.Partition;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.Size;
import org.brattice.hypervisor.partition.Declarations.Declared;
import org.brattice.hypervisor.partition.Declarations.Owners;
import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Keeps a bundle that declares a partition the frame will not have from resolving, so that none of its
 * code runs. Called by the framework on any thread, under this object's monitor; calls nothing that
 * resolves.
 */
final class Admission implements ResolverHookFactory {
    private final FrameDescription frame;
    private final BlockMap blocks;
    private final Declarations declarations;
    private final Owners owners;
    private final Runnable changed;
    private final Map<Long, String> shortages = new HashMap<>();

    /** With who knows what is owned; told of refusals. */
    Admission(FrameDescription frame, BlockMap blocks, Declarations declarations, Owners owners,
            Runnable changed) {
        this.frame = frame;
        this.blocks = blocks;
        this.declarations = declarations;
        this.owners = owners;
        this.changed = changed;
    }

    /** Why a bundle was last kept from resolving although its declarations are sound, or null. */
    synchronized String shortage(Bundle bundle) {
        return resolved(bundle) ? null : shortages.get(bundle.getBundleId());
    }

    /** The bundle is gone. */
    synchronized void remove(Bundle bundle) {
        shortages.remove(bundle.getBundleId());
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

    /** Whole blocks for the minimum of the partitions that have not got their memory yet. */
    private long blocksFor(Collection<Declared> declared) {
        return declared.stream()
                .filter(one -> one.refusal() == null && owners.holding(one.name()) == null)
                .mapToLong(one -> blocks.blocksFor(one.declaration().minimum())).sum();
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
            if (!declarations.knows(bundle)) {
                declarations.read(bundle);
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
            List<Declared> all = declarations.all();
            declared = all.stream().collect(groupingBy(one -> one.bundle().getBundleId()));
            free = blocks.free() + owners.spareBlocks()
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
                boolean all = mine.stream().allMatch(one -> one.declaration().minimum() == one
                        .declaration().memory());
                return (all ? "memory=" : "memory.minimum=") + Size.text(needed * frame.block())
                        + " must be at most " + Size.text(Math.max(0, free) * frame.block())
                        + ", which is free in the frame or can be spared by others: uninstall a partition, or enlarge memory in"
                        + " the frame description, then start the bundle again";
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
