package org.brattice.api;

import java.util.List;
import java.util.Objects;

/**
 * A fault as the hypervisor reports it to recovery modules.
 *
 * @param fault as it stands in the fault log
 * @param partition the culprit, as it is at this moment
 * @param restarts how often a verdict has made it boot again since it last ran well
 * @param runs whether the boot that has the fault has not ended
 * @param votes what the culprit's helper says is to be done: none or one
 * @param good the bundle that last ran well and could be rolled back to, in words; or ""
 */
public record FaultReport(Fault fault, PartitionInfo partition, int restarts, boolean runs,
        List<Verdict> votes, String good) {
    public FaultReport {
        Objects.requireNonNull(fault, "fault");
        Objects.requireNonNull(partition, "partition");
        Objects.requireNonNull(good, "good");
        votes = List.copyOf(votes);
    }
}
