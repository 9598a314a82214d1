/** The reader: a partition that reads whole devices through a virtual I/O server and digests them. */
package org.brattice.partition.reader;
