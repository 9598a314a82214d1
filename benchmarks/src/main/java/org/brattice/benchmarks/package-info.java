/** Messages against the clock, beside their peers. */
package org.brattice.benchmarks;
