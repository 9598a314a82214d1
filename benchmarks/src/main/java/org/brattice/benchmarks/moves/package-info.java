/** What resource moves cost, and what they bring: {@code benchmarks/moves}. */
package org.brattice.benchmarks.moves;
