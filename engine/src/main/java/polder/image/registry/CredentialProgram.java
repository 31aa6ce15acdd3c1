package polder.image.registry;

import java.util.Map;
import java.util.Optional;

/** Runs programs that keep credentials: the protocol of docker-credential-helpers. */
@FunctionalInterface
public interface CredentialProgram {
  /**
   * Asks {@code program} who we are at {@code server}.
   *
   * @param program its file's name, such as {@code docker-credential-pass}
   * @return what it answers; empty if it knows nobody there
   * @throws polder.model.PolderException if it is not there, fails, or answers too late or too much
   */
  Optional<Map<String, Object>> get(String program, String server);
}
