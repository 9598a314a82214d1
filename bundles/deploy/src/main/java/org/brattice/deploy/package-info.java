/** How jars in the deploy folder become bundles, and what is said of those that cannot. */
package org.brattice.deploy;
