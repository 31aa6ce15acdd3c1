package polder.linux;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A route of a network namespace's main table.
 *
 * @param destination the network; all zeros with a prefix of 0 is the default route
 * @param prefix how many bits of it count
 * @param gateway who passes it on; empty for a network that is on the link itself
 * @param link the index of the interface that it leaves by; empty for a route that refuses
 */
public record Route(
    InetAddress destination, int prefix, Optional<InetAddress> gateway, OptionalInt link) {}
