/** Partitions that account for every message in a file that outlives their process. */
package org.brattice.itests.launched.account;
