/** Ways to bring messages from senders to a receiver: ours, and those of others. */
package org.brattice.benchmarks.peer;
