/**
 * Recovery modules: what is to become of partitions that have a fault (S12). Each is one class, and an example to
 * copy.
 */
package org.brattice.recovery;
