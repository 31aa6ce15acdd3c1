package polder.image.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Who we are at a registry. */
sealed interface Credential {
  /** A name and a password. */
  record Password(String user, String secret) implements Credential {
    /** As the Authorization field tells it: RFC 7617. */
    String basic() {
      byte[] both = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(both);
    }

    @Override
    public String toString() {
      return "the password of " + user;
    }
  }

  /** What the token service gave at log-in, to ask for tokens with. */
  record IdentityToken(String token) implements Credential {
    @Override
    public String toString() {
      return "an identity token";
    }
  }
}
