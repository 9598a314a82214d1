/** Container tests: the real bundles in the real frameworks. */
package org.brattice.itests;
