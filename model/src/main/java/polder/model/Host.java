package polder.model;

import java.util.List;

/**
 * All that may be asked of one machine that runs Polder.
 *
 * <p>Three implementations with one meaning: the engine's for embedders and the daemon, the remote
 * one over a socket, and a fake in memory.
 */
public interface Host extends AutoCloseable {
  /** The zones. */
  Zones zones();

  /** The zones that were deleted and are kept for a while. */
  DeletedZones deleted();

  /** The machines of the zones that are virtual machines. */
  Guests guests();

  /** The images. */
  Images images();

  /** Where zones' datasets lie. */
  Pools pools();

  /** What zones' network cards are plugged into. */
  Networks networks();

  /** Addresses by which several zones are called. */
  Balances balances();

  /** What may go between zones, and between them and others. */
  Firewall firewall();

  /** What zones had on their disks at some moments. */
  Snapshots snapshots();

  /** Zones on their way to another host, and from one. */
  Transfers transfers();

  /** Datasets of their own, which zones attach. */
  Volumes volumes();

  /** What happened. */
  Events events();

  /** What the host says of itself. */
  HostInfo info();

  /** What this host can do, what it lacks, and the mend. */
  List<Finding> doctor();

  /**
   * Compares what is recorded with what is there.
   *
   * @return what is wrong or left over; empty if all is well
   */
  List<Finding> fsck();

  /** Lets go of the host; zones run on. */
  @Override
  void close();
}
