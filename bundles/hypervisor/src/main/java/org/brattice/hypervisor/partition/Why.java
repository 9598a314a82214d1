package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

import org.brattice.api.Fault;
import org.brattice.api.PartitionInfo;
import org.brattice.api.PartitionState;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.resource.Namespace;

/** Says why a partition is not running: what is missing, and who could provide it. Any thread. */
final class Why {
    private static final String SERVICE = "osgi.service";
    /** Reasons that say what is to become of it. */
    private static final Pattern DECIDED = Pattern
            .compile("it (is held|is in quarantine|restarts|is"
                    + " rolled back|boots when)|say recover ");
    private final BundleContext context;

    Why(BundleContext context) {
        this.context = context;
    }

    /** The lines for a partition; none when it is running. */
    List<String> of(String name, List<PartitionInfo> partitions) {
        List<PartitionInfo> meant = partitions.stream().filter(info -> info.name().equals(name))
                .toList();
        if (meant.isEmpty()) {
            return List.of("no installed bundle declares partition " + name + ": known are "
                    + String.join(", ",
                            partitions.stream().map(PartitionInfo::name).distinct().toList()),
                    "copy its bundle into the deploy folder, or install and start it");
        }
        List<String> lines = new ArrayList<>();
        for (PartitionInfo info : meant) {
            if (info.state() != PartitionState.RUNNING) {
                lines.addAll(of(info));
            }
        }
        return lines;
    }

    private List<String> of(PartitionInfo info) {
        List<String> lines = new ArrayList<>();
        lines.add(info.name() + " is " + info.state().name().toLowerCase(java.util.Locale.ROOT)
                + (info.bundle().isEmpty() ? "" : ", bundle " + info.bundle()) + ": "
                + (info.reason().isEmpty() ? "its bundle is on its way" : info.reason()));
        if (info.deadline() != null) {
            lines.add("deadline " + info.deadline());
        }
        switch (info.state()) {
            case STOPPED -> lines.addAll(bundles(info));
            case FAILED -> {
                info.faults().stream().map(Fault::cause).reduce((a, b) -> b)
                        .ifPresent(cause -> lines.add("last fault: " + cause));
                if (!DECIDED.matcher(info.reason()).find()) {
                    lines.add("mend it and update or restart its bundle");
                }
            }
            default -> {
                // The reason says it all.
            }
        }
        return lines;
    }

    private List<String> bundles(PartitionInfo info) {
        for (Bundle bundle : context.getBundles()) {
            if (Declarations.text(bundle).equals(info.bundle())
                    || info.bundle().isEmpty() && declares(bundle, info.name())) {
                return bundle(bundle);
            }
        }
        return List.of("its bundle is not installed: copy it into the deploy folder");
    }

    private static boolean declares(Bundle bundle, String name) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision != null && revision.getDeclaredCapabilities(
                org.brattice.api.Partition.NAMESPACE).stream()
                .anyMatch(capability -> name.equals(capability.getAttributes().get("name")));
    }

    /** Why a bundle that declares a partition has not brought firmware yet. */
    List<String> bundle(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        List<String> lines = new ArrayList<>();
        switch (bundle.getState()) {
            case Bundle.INSTALLED -> {
                for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
                    missing(requirement, lines);
                }
                if (lines.isEmpty()) {
                    lines.add("bundle " + Declarations.text(bundle) + " is not resolved: start "
                            + bundle.getBundleId());
                }
            }
            case Bundle.RESOLVED -> lines.add("bundle " + Declarations.text(bundle)
                    + " is not started: start " + bundle.getBundleId());
            case Bundle.STARTING, Bundle.STOPPING -> lines.add("bundle " + Declarations.text(bundle)
                    + " is starting or stopping");
            default -> {
                for (BundleRequirement requirement : revision.getDeclaredRequirements(SERVICE)) {
                    missingService(requirement, lines);
                }
                if (lines.isEmpty()) {
                    lines.add("bundle " + Declarations.text(bundle)
                            + " has registered no Firmware service with its partition.name: is"
                            + " Declarative Services running, and its component satisfied?");
                }
            }
        }
        return lines;
    }

    private void missing(BundleRequirement requirement, List<String> lines) {
        boolean effective = Namespace.EFFECTIVE_RESOLVE.equals(requirement.getDirectives()
                .getOrDefault(Namespace.REQUIREMENT_EFFECTIVE_DIRECTIVE,
                        Namespace.EFFECTIVE_RESOLVE));
        boolean optional = Namespace.RESOLUTION_OPTIONAL.equals(
                requirement.getDirectives().get(Namespace.REQUIREMENT_RESOLUTION_DIRECTIVE));
        if (!effective || optional || requirement.getNamespace().equals("osgi.ee")) {
            return;
        }
        FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
        Collection<BundleCapability> providers = wiring.findProviders(requirement);
        if (providers.isEmpty()) {
            lines.add("missing " + text(requirement) + ": no installed bundle provides it");
        } else if (providers.stream().noneMatch(one -> resolved(one.getRevision().getBundle()))) {
            lines.add("needs " + text(requirement) + ", which only unresolved bundles provide: "
                    + String.join(", ", providers.stream()
                            .map(one -> Declarations.text(one.getRevision().getBundle()))
                            .toList()));
        }
    }

    private static boolean resolved(Bundle bundle) {
        return (bundle.getState() & (Bundle.INSTALLED | Bundle.UNINSTALLED)) == 0;
    }

    private static String text(BundleRequirement requirement) {
        String filter = requirement.getDirectives().get(Namespace.REQUIREMENT_FILTER_DIRECTIVE);
        String kind = PackageNamespace.PACKAGE_NAMESPACE.equals(requirement.getNamespace())
                ? "package"
                : requirement.getNamespace();
        return kind + " " + filter;
    }

    private void missingService(BundleRequirement requirement, List<String> lines) {
        String filter = requirement.getDirectives().get(Namespace.REQUIREMENT_FILTER_DIRECTIVE);
        try {
            if (filter != null && context.getAllServiceReferences(null, filter) == null) {
                lines.add("its component waits for a service " + filter
                        + ": start a bundle that provides it");
            }
        } catch (InvalidSyntaxException e) {
            lines.add("its requirement of a service is malformed: " + filter);
        }
    }
}
