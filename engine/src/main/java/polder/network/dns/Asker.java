package polder.network.dns;

import polder.model.IpAddress;

/**
 * Who asks.
 *
 * @param network by which the question came
 * @param address from which
 */
record Asker(String network, IpAddress address) {}
