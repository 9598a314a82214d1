/**
 * The one package that partitions, recovery modules and tools compile against. Interfaces marked
 * {@code ProviderType} are implemented by the hypervisor, those marked {@code ConsumerType} by
 * partitions.
 */
@Export
@Version("0.1.0")
package org.brattice.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
