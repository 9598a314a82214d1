/** From the log service of bundles to the logging of the process. */
package org.brattice.log;
