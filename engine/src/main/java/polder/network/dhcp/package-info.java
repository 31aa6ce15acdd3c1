/**
 * Tells cards on networks the addresses that they have, and their routers: DHCP, and for IPv6 the
 * advertisements that go with it.
 *
 * <p>An {@link polder.network.dhcp.AddressServer} listens, on each network in which we have an
 * address, below IP. It gives no addresses: what a card has stands in its zone's record, and is
 * told to whoever has that card, again and again. What it knows is a {@link
 * polder.network.dhcp.CardBook}, made of records when somebody asks and something has changed
 * since; it keeps nothing of its own.
 *
 * <p><b>Who asks</b> is known by where the frame came from, for which the rules of the bridge
 * vouch; never by what is written in the request. An answer is sent to that card alone.
 *
 * <p><b>All that comes is hostile.</b> A request is read strictly; nobody else than the cards of
 * zones is answered, and each of them so often only.
 *
 * <p><b>Threads and locks.</b> One thread, which has all to itself; others hand it what to serve.
 *
 * <p><b>What survives what.</b> Nothing survives us: while we are down nobody answers, and clients
 * keep what they have for a day.
 *
 * <p>It knows nothing of bridges, rules, zones' records or processes.
 */
package polder.network.dhcp;
