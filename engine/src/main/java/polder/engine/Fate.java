package polder.engine;

/** What becomes of a zone that is deleted; all of it with the zone's lock. */
interface Fate {
  /** Writes down that it is being deleted, before it is stopped: our death does not keep it. */
  void intend(LocalZone zone);

  /** It is not deleted after all, because it cannot be stopped. */
  void withdraw(LocalZone zone);

  /** Deletes it, which is down by now. */
  void carryOut(LocalZone zone);
}
