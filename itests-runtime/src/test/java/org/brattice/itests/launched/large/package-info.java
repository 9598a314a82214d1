/** Partitions that pass messages larger than heap and IPCA. */
package org.brattice.itests.launched.large;
