package polder.linux;

/**
 * What went through a network interface since it was made: struct rtnl_link_stats64
 * (linux/if_link.h), as the side sees it that asks.
 *
 * @param packetsIn that it received
 * @param packetsOut that it sent
 * @param bytesIn in what it received
 * @param bytesOut in what it sent
 * @param droppedIn that it received for nobody
 * @param droppedOut that it could not send
 */
public record LinkStatistics(
    long packetsIn, long packetsOut, long bytesIn, long bytesOut, long droppedIn, long droppedOut) {
  static final int PACKETS_IN = 0; // offsets in struct rtnl_link_stats64
  static final int PACKETS_OUT = 8;
  static final int BYTES_IN = 16;
  static final int BYTES_OUT = 24;
  static final int DROPPED_IN = 48;
  static final int DROPPED_OUT = 56;
}
