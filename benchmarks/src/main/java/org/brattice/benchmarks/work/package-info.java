/** Kinds of work, each measured inside the process of one peer. */
package org.brattice.benchmarks.work;
