/** The bundle that tries to get out of its box; one line for each attempt says what came of it. */
package org.brattice.itests.launched.hostile;
