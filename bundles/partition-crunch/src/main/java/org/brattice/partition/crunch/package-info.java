/** A partition that computes: a load to watch processors and auctions with. */
package org.brattice.partition.crunch;
