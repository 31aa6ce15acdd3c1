package polder.model;

/**
 * When a changed property takes hold in a zone that runs. In a stopped zone all but the fixed do at
 * once.
 */
public enum Change {
  /** At once. */
  LIVE,
  /** At the zone's next start. */
  RESTART,
  /** Never: it is decided at creation. */
  FIXED,
  /** It is kept, but an existing zone's inside does not change by it. */
  NONE
}
