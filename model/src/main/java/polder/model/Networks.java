package polder.model;

import java.util.List;

/** The networks of a host: what zones' network cards are plugged into. */
public interface Networks {
  /** All networks by name. */
  List<Network> list();

  /**
   * One network.
   *
   * @param name its name, or its uuid
   * @throws PolderException NOT_FOUND
   */
  Network get(String name);

  /**
   * What went through the network cards of zones that run, by zone and card. Those on macvlan
   * networks are the zones' own, and nobody counts them.
   */
  List<NicCounters> counters();

  /**
   * Makes a network. What the host needs for it comes about when the first zone is plugged into it.
   *
   * @throws PolderException EXISTS if there is one of that name, or an interface that is not
   *     Polder's; INVALID if a subnet is the host's already; NOT_FOUND if there is no such parent;
   *     UNSUPPORTED if the host lacks something, with the mend
   */
  Network create(NetworkRequest request);

  /**
   * Changes a network.
   *
   * @throws PolderException INVALID if a nic has an address that would be in no subnet any more, or
   *     if the network could not answer for names so
   */
  Network update(String name, NetworkUpdate update);

  /**
   * Takes a network away.
   *
   * @throws PolderException WRONG_STATE while a zone has a nic on it
   */
  void delete(String name);
}
