/**
 * Measures what Polder does beside the same done by others, in one run on one machine.
 *
 * <p>A {@link polder.bench.Row} is one line of the table: a contender of ours, one of a peer's, and
 * a bound on the ratio of the two. A {@link polder.bench.Contender} is the code that does the thing
 * once and says what it took; what several of them need (a launcher, a userland, a host, a bundle)
 * stands on the {@link polder.bench.Stage}. The {@link polder.bench.Race} lets all contenders take
 * turns, so that a slow phase of the machine hits all alike.
 *
 * <p>Nothing here asserts: a bound that is missed is a figure in the table, not a failure.
 */
@NullMarked
package polder.bench;

import org.jspecify.annotations.NullMarked;
