/** What the test and the bundles of its partitions share: exported by the test's own bundle. */
package org.brattice.itests.puppet;
