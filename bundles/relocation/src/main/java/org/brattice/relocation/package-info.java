/** Relocation policies: where the resources of a partition go that has departed (S10). */
package org.brattice.relocation;
