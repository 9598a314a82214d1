/** Small partitions for these tests. */
package org.brattice.itests.launched.partition;
