package polder.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Docker's {@code config.json}: {@code auths}, {@code credHelpers} and {@code credsStore}, as
 * {@code docker login} and {@code skopeo login} write them. What else is in it is not ours.
 *
 * <p>It is read anew each time: whoever logged in a moment ago is known.
 */
public final class DockerConfig implements Credentials {
  private static final int LONGEST = 1 << 20;
  private static final String DOCKER_HUB = "https://index.docker.io/v1/";
  private static final String IS_TOKEN = "<token>"; // docker-credential-helpers

  private final Path file;
  private final CredentialProgram helper;

  /** The file, which need not be there, and what runs the programs that it names. */
  public DockerConfig(Path file, CredentialProgram helper) {
    this.file = file;
    this.helper = helper;
  }

  @Override
  public Optional<Credential> find(RegistryName registry) {
    Map<String, Object> config = read();
    Object chosen = entry(config.get("credHelpers"), registry);
    Object program = chosen == null ? config.get("credsStore") : chosen;
    if (program instanceof String name && !name.isEmpty()) {
      Optional<Credential> known = ask(name, registry);
      if (known.isPresent()) {
        return known;
      }
    }
    return entry(config.get("auths"), registry) instanceof Map<?, ?> entry
        ? credential(entry, registry)
        : Optional.empty();
  }

  private Map<String, Object> read() {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw Refused.invalid("the credentials in %s are longer than %d bytes", file, LONGEST);
      }
      return Json.object(bytes);
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (PolderException e) {
      throw new PolderException(
          e.kind(), "cannot read the credentials in %s: %s".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot read the credentials in %s: %s".formatted(file, e), e);
    }
  }

  private static String server(RegistryName registry) {
    return registry.equals(RegistryName.DOCKER_HUB) ? DOCKER_HUB : registry.value();
  }

  /** The member for {@code registry}, whose name may be a host or a URL. */
  private static @Nullable Object entry(@Nullable Object entries, RegistryName registry) {
    if (!(entries instanceof Map<?, ?> map)) {
      return null;
    }
    Object exact = map.get(server(registry));
    if (exact != null) {
      return exact;
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String host = String.valueOf(entry.getKey()).replaceFirst("^https?://", "");
      host = host.replaceFirst("/.*", "");
      boolean hub =
          registry.equals(RegistryName.DOCKER_HUB)
              && (host.equals("index.docker.io") || host.equals("registry-1.docker.io"));
      if (host.equals(registry.value()) || hub) {
        return entry.getValue();
      }
    }
    return null;
  }

  private Optional<Credential> credential(Map<?, ?> entry, RegistryName registry) {
    if (entry.get("identitytoken") instanceof String token && !token.isEmpty()) {
      return Optional.of(new Credential.IdentityToken(token));
    }
    if (entry.get("auth") instanceof String auth && !auth.isEmpty()) {
      return Optional.of(decode(auth, registry));
    }
    return entry.get("username") instanceof String user
            && entry.get("password") instanceof String password
        ? Optional.of(new Credential.Password(user, password))
        : Optional.empty();
  }

  private Credential decode(String auth, RegistryName registry) {
    try {
      String both = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
      int colon = both.indexOf(':');
      if (colon > 0) {
        String secret = both.substring(colon + 1).replaceFirst("\0+$", "");
        return new Credential.Password(both.substring(0, colon), secret);
      }
    } catch (IllegalArgumentException e) {
      // told below, without what is in it
    }
    throw Refused.invalid(
        "the credentials for %s in %s cannot be read: 'auth' must be USER:PASSWORD in base64; log in"
            + " again",
        registry, file);
  }

  private Optional<Credential> ask(String name, RegistryName registry) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw Refused.invalid(
          "%s names the credential helper '%s': use letters, digits and '.', '_', '-'",
          file, Refused.shown(name));
    }
    return helper
        .get("docker-credential-" + name, server(registry))
        .map(
            answer -> {
              if (!(answer.get("Username") instanceof String user)
                  || !(answer.get("Secret") instanceof String secret)) {
                throw Refused.invalid(
                    "docker-credential-%s answers without Username and Secret for %s",
                    name, registry);
              }
              return user.equals(IS_TOKEN)
                  ? new Credential.IdentityToken(secret)
                  : new Credential.Password(user, secret);
            });
  }
}
