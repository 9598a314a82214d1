/**
 * The operator's commands. What they ask of the hypervisor beyond looking, they ask as the partition
 * {@code console}, on its virtual processor, with the rights that every partition has.
 */
package org.brattice.shell;
