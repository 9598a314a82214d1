/** What the deploy folder says about files that it cannot take. */
package org.brattice.deploy;
