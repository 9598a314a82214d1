/** What faults and recovery cost: {@code benchmarks/run recovery}. */
package org.brattice.benchmarks.recovery;
