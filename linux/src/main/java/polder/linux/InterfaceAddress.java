package polder.linux;

import java.net.InetAddress;

/**
 * An address of a network interface.
 *
 * @param link the interface's index
 * @param address its own, not that of a peer
 * @param prefix how many bits of it are the network's
 */
public record InterfaceAddress(int link, InetAddress address, int prefix) {}
