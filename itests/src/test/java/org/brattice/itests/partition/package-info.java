/** Code that runs in the bundles of test partitions. */
package org.brattice.itests.partition;
