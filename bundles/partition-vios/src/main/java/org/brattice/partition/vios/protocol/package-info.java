/**
 * The messages between a virtual I/O server and its clients, as {@code docs/vios-protocol.md} draws
 * them. The build copies this package into each bundle that uses it: a client compiles against it
 * and is not wired to the server's bundle, so that neither is restarted with the other.
 */
package org.brattice.partition.vios.protocol;
