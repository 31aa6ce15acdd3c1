package polder.metadata;

import java.util.List;
import java.util.Optional;

/**
 * What a zone is told of itself, and may change of it. {@link #get} and {@link #keys} are quick:
 * they wait for nothing; the others may.
 */
public interface Metadata {
  /** What the key holds; empty if there is none. */
  Optional<String> get(String key);

  /** The keys that can be read; not those of namespace {@code sdc}. */
  List<String> keys();

  /**
   * Sets a key, for good: it is on the disk when this returns.
   *
   * @throws polder.model.PolderException with the reason if it may not, or cannot
   */
  void put(String key, String value);

  /**
   * Removes a key; whether it was there.
   *
   * @throws polder.model.PolderException with the reason if it may not, or cannot
   */
  boolean delete(String key);
}
