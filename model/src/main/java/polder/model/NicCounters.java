package polder.model;

import java.util.UUID;

/**
 * What went through a zone's network card since the zone started, as the zone sees it.
 *
 * @param zone whose it is
 * @param alias what people call that
 * @param nic what it is called inside
 * @param network what it is on
 * @param in what it received
 * @param out what it sent
 */
public record NicCounters(
    UUID zone, String alias, String nic, String network, Direction in, Direction out) {
  /**
   * What went one way.
   *
   * @param packets how many
   * @param bytes in them
   * @param dropped packets that did not come through
   */
  public record Direction(long packets, long bytes, long dropped) {}
}
