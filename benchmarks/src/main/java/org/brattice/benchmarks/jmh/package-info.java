/** What single steps cost on one thread. */
package org.brattice.benchmarks.jmh;
