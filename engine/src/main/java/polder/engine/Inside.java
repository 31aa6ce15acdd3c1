package polder.engine;

import polder.model.Patch;

/**
 * What a zone has done to itself from inside: each is wholly done when it returns, or not at all.
 */
interface Inside {
  /** Changes its payload, and refuses what {@link ZoneMetadata#refuseTooMuch} does. */
  void update(Patch patch);

  /** Takes a snapshot of it, of that name. */
  void snapshot(String name);

  /** Takes its snapshot away. */
  void remove(String snapshot);

  /** Makes it what it was at its snapshot: it is ended, and starts again. */
  void rollBack(String snapshot);
}
