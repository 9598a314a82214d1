package org.brattice.benchmarks;

import java.util.List;

import org.brattice.benchmarks.peer.PeerKind;
import org.brattice.benchmarks.work.Settings;
import org.brattice.benchmarks.work.WorkKind;

/**
 * One piece of work, and who does it.
 *
 * @param title for people
 * @param work its kind
 * @param settings what it is done with
 * @param figures the names of the figures to show and compare
 * @param peers who does it, in this order, the one to compare with the others first
 */
record Cell(String title, WorkKind work, Settings settings, List<String> figures,
        List<PeerKind> peers) {}
