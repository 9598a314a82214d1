/** The real machine, running inside the process that measures. */
package org.brattice.benchmarks.machine;
