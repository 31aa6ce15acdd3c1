package polder.image.registry;

import java.util.Optional;

/** Tells who we are. */
@FunctionalInterface
public interface Credentials {
  /** Nobody, anywhere. */
  Credentials NONE = registry -> Optional.empty();

  /**
   * Who we are at {@code registry}; empty for nobody.
   *
   * @throws polder.model.PolderException if it cannot be found out
   */
  Optional<Credential> find(RegistryName registry);
}
