/** The virtual I/O server: a partition that owns a block device and serves it to others by message. */
package org.brattice.partition.vios;
