package org.brattice.api;

import java.time.Instant;

/**
 * A resource that one partition has lent to another by auction (S11): it returns when the need has passed, or the
 * borrower departs.
 *
 * @param resource what was lent
 * @param lender name of the partition that it returns to
 * @param borrower name of the partition that has it
 * @param move id of the move in the journal that brought it there
 * @param since when
 */
public record Loan(Resource resource, String lender, String borrower, long move, Instant since) {}
