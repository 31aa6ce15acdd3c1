/**
 * What zones' network cards are plugged into, and the rules that they are held to.
 *
 * <p>A {@link polder.network.Switchboard} works on one network namespace, the host's. It makes
 * bridges when the first zone is plugged into them, and a zone's cards directly in the zone's own
 * namespace while its first process waits; {@link polder.network.LiveCards} changes those of zones
 * that run. It keeps no record. What a card may do stands in sets of one nftables table for all; a
 * port that is in no set passes nothing, so no order of events lets a packet through unwatched.
 *
 * <p>A {@link polder.network.Wall} is the firewall's table in the same namespace. What is to be in
 * it is worked out before, as a {@link polder.network.WallPlan}, of records alone; what belongs to
 * a flow is known in its sets, so that rules may change under it.
 *
 * <p><b>What survives what.</b> A zone's cards end with its network namespace, whoever lives.
 * Bridges, tables and the elements of sets outlive us; each is looked at, and put right, before the
 * next card is plugged. After a reboot there is none of it, and all comes back with the first
 * zones.
 *
 * <p><b>Locks.</b> One for the switchboard; the kernel has one for all of its links anyway.
 *
 * <p>It knows nothing of zones' records, roots or processes, and touches no table, link or setting
 * that is not its own, but for {@code ip_forward}, which a NAT network switches on.
 */
package polder.network;
