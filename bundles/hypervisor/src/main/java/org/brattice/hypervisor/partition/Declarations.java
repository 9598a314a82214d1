package org.brattice.hypervisor.partition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import org.brattice.api.Partition;
import org.brattice.hypervisor.memory.BlockMap;
import org.brattice.hypervisor.memory.FrameDescription;
import org.brattice.hypervisor.memory.Size;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Which installed bundles declare which partitions, and whose a name is. Any thread, under this object's
 * monitor; bundles are read one by one, without it.
 */
final class Declarations {
    private final FrameDescription frame;
    private final BlockMap blocks;
    private final Owners owners;
    private volatile Function<Bundle, String> refuser = bundle -> null;
    private final Map<Long, List<Declared>> bundles = new TreeMap<>();
    /** Held while a bundle is read, which may take as long as its jar is large. */
    private final Object reading = new Object();

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

        /** Memory blocks that partitions own above their minimum. */
        int spareBlocks();
    }

    /** With who knows what is owned. */
    Declarations(FrameDescription frame, BlockMap blocks, Owners owners) {
        this.frame = frame;
        this.blocks = blocks;
        this.owners = owners;
    }

    /** Who says why a bundle is not to run, or null. Before the first bundle is read. */
    void refuser(Function<Bundle, String> newRefuser) {
        refuser = newRefuser;
    }

    /** Who else has a partition, though not declared by that name (a configuration named it), or null. */
    synchronized String holder(String name, Bundle bundle) {
        Holding holding = owners.holding(name);
        return holding == null || holding.bundleId() == bundle.getBundleId()
                || !bundles.containsKey(holding.bundleId()) ? null : holding.bundle();
    }

    /** Which installed bundle a partition belongs to: whose firmware it ran, or that declares it; or null. */
    synchronized String owner(String name, long bundleId) {
        return bundles.values().stream().flatMap(List::stream)
                .filter(one -> one.bundle().getBundleId() == bundleId || one.name().equals(name))
                .map(one -> text(one.bundle())).findFirst().orElse(null);
    }

    /** Reads what a bundle's newest revision declares; the bundle has been installed or updated. */
    List<Declared> read(Bundle bundle) {
        synchronized (reading) {
            List<Declared> declared = declaredBy(bundle);
            synchronized (this) {
                if (declared.isEmpty()) {
                    bundles.remove(bundle.getBundleId());
                } else {
                    bundles.put(bundle.getBundleId(), declared);
                }
            }
            return declared;
        }
    }

    private List<Declared> declaredBy(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        List<Declared> declared = new ArrayList<>();
        if (revision != null) {
            for (BundleCapability capability : revision
                    .getDeclaredCapabilities(Partition.NAMESPACE)) {
                declared.add(declared(bundle, capability.getAttributes()));
            }
        }
        return declared;
    }

    /** The bundle is gone. */
    void remove(Bundle bundle) {
        synchronized (reading) {
            synchronized (this) {
                bundles.remove(bundle.getBundleId());
            }
        }
    }

    /** Whether it has read what a bundle declares. */
    synchronized boolean knows(Bundle bundle) {
        return bundles.containsKey(bundle.getBundleId());
    }

    private Declared declared(Bundle bundle, Map<String, Object> attributes) {
        Object name = attributes.get("name");
        String text = name == null ? "" : name.toString();
        try {
            Declaration declaration = Declaration.of(attributes);
            String refusal = bound(declaration);
            return new Declared(text, bundle, attributes, declaration,
                    refusal == null ? refuser.apply(bundle) : refusal);
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
        return null;
    }

    /**
     * All that is declared, by bundle. A name belongs to the installed bundle that has the partition,
     * then to the first that declares it; others are refused.
     */
    synchronized List<Declared> all() {
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
        return all().stream().filter(one -> one.bundle().equals(bundle)).toList();
    }

    /** A bundle as people name it. */
    static String text(Bundle bundle) {
        return bundle.getSymbolicName() + "/" + bundle.getVersion() + " [" + bundle.getBundleId()
                + "]";
    }
}
