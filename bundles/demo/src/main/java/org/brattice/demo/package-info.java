/**
 * The tour: the main job, played with the commands that a person would type, each step checked by what
 * was observed.
 */
package org.brattice.demo;
