package polder.model;

import java.util.List;

/**
 * The balances of a host: addresses by which several zones are called. Which zones get new flows
 * follows from their tags, whether they run, and their healthchecks; flows that are there go on.
 */
public interface Balances {
  /** All balances by name, with their members. */
  List<Balance> list();

  /**
   * One balance, with its members.
   *
   * @throws PolderException NOT_FOUND
   */
  Balance get(String name);

  /**
   * Makes a balance, which is in force when this returns.
   *
   * @throws PolderException EXISTS if there is one of that name; INVALID with all that is wrong: an
   *     address that is neither the host's nor on a network, or another's; UNSUPPORTED if the host
   *     lacks something, with the mend
   */
  Balance create(BalanceRequest request);

  /**
   * Changes a balance, wholly or not at all.
   *
   * @throws PolderException NOT_FOUND if there is no such balance, or no zone that is to be drained
   */
  Balance update(String name, BalanceUpdate update);

  /** Takes a balance away; flows that it began go on. */
  void delete(String name);
}
