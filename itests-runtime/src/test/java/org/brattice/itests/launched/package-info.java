/** Tests of the distribution as a person starts it: a process of its own, driven through its shell. */
package org.brattice.itests.launched;
