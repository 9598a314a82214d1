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

    /** Those that the framework made: whatever is called on others is a stranger's code. */
    private <T> List<T> genuine(Collection<T> all) {
        return all.stream().filter(this::isGenuine).toList();
    }

    private boolean isGenuine(Object one) {
        return one.getClass().getModule() == framework;
    }

    /** One resolution's. */
    private final class Hook implements ResolverHook {
        private final ResolverHook hook;

        private Hook(ResolverHook hook) {
            this.hook = hook;
        }

        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            List<BundleRevision> left = new ArrayList<>(genuine(candidates));
            hook.filterResolvable(left);
            keep(left, candidates);
        }

        @Override
        public void filterSingletonCollisions(BundleCapability singleton,
                Collection<BundleCapability> candidates) {
            hook.filterSingletonCollisions(singleton, candidates);
        }

        @Override
        public void filterMatches(BundleRequirement requirement,
                Collection<BundleCapability> candidates) {
            if (isGenuine(requirement)) {
                List<BundleCapability> left = new ArrayList<>(genuine(candidates));
                hook.filterMatches(requirement, left);
                keep(left, candidates);
            }
        }

        @Override
        public void end() {
            hook.end();
        }

        private <T> void keep(List<T> left, Collection<T> candidates) {
            if (left.size() < candidates.size()) {
                Set<T> kept = new HashSet<>(left);
                candidates.removeIf(candidate -> !kept.contains(candidate));
            }
        }
    }
}
