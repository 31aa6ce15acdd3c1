/**
 * Answers for the names of zones and balances on networks, and passes other questions on.
 *
 * <p>A {@link polder.network.dns.NameServer} waits, on each network that it serves, for questions
 * that come by that network's bridge. What it knows is a {@link polder.network.dns.NameBook}, made
 * of records and of what is seen, when somebody asks and something has changed since; it keeps
 * nothing of its own.
 *
 * <p><b>All that comes is hostile.</b> A question is read strictly: one name, without pointers,
 * nothing left over. What is passed on is written anew; what comes back is taken only from whom was
 * asked, with the number and the question that were sent. How much waits at a time is bounded, for
 * each network and for each who asks.
 *
 * <p><b>Threads and locks.</b> One thread, which has all to itself; others hand it what to serve.
 *
 * <p><b>What survives what.</b> Nothing survives us: while we are down nobody answers.
 *
 * <p>It knows nothing of bridges, rules, zones' records or processes.
 */
package polder.network.dns;
