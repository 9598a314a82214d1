/**
 * The launcher. {@link org.brattice.runtime.Main} reads the command line, takes the data directory
 * and boots a {@link org.brattice.runtime.Machine}: an OSGi framework whose first bundle is the
 * hypervisor, connected from the boot layer, and whose other bundles the features name.
 */
package org.brattice.runtime;
