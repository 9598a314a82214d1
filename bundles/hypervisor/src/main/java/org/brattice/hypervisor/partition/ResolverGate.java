package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Lets nobody but the framework ask for admission. A hook is a service like any other, so a bundle can
 * call it with revisions of its own making, which would run its code under the hypervisor's locks.
 */
final class ResolverGate implements ResolverHookFactory {
    private final ResolverHookFactory admission;
    private final Module framework;

    /** @param framework the module of the framework's own classes */
    ResolverGate(ResolverHookFactory admission, Module framework) {
        this.admission = admission;
        this.framework = framework;
    }

    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        return new Hook(admission.begin(genuine(triggers)));
    }

    private List<BundleRevision> genuine(Collection<BundleRevision> revisions) {
        List<BundleRevision> genuine = new ArrayList<>();
        for (BundleRevision revision : revisions) {
            if (revision.getClass().getModule() == framework) {
                genuine.add(revision);
            }
        }
        return genuine;
    }

    /** One resolution's. */
    private final class Hook implements ResolverHook {
        private final ResolverHook hook;

        private Hook(ResolverHook hook) {
            this.hook = hook;
        }

        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            List<BundleRevision> left = genuine(candidates);
            hook.filterResolvable(left);
            Set<BundleRevision> admitted = new HashSet<>(left);
            candidates.removeIf(candidate -> !admitted.contains(candidate));
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton,
                Collection<BundleCapability> candidates) {
            hook.filterSingletonCollisions(singleton, candidates);
        }

        @Override
        public void filterMatches(BundleRequirement requirement,
                Collection<BundleCapability> candidates) {
            hook.filterMatches(requirement, candidates);
        }

        @Override
        public void end() {
            hook.end();
        }
    }
}
