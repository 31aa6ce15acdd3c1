package polder.image.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import polder.image.http.Headers;
import polder.image.http.HttpAnswer;
import polder.image.http.HttpRequest;
import polder.image.http.HttpUrl;
import polder.image.http.Origin;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Gets tokens where a registry says that there are some: distribution's "Token Authentication
 * Specification" and "OAuth2 Token Authentication".
 */
final class TokenService {
  private static final int LONGEST = 1 << 20; // the answer
  private static final int LONGEST_TOKEN = 32 << 10; // it has to fit into a field
  private static final Map<String, String> KNOWN_HOSTS =
      Map.of("docker.io", "auth.docker.io", "registry.gitlab.com", "gitlab.com");

  private final RegistryName registry;
  private final Origin home;
  private final Settings.Entry settings;
  private final Redirects redirects;

  TokenService(RegistryName registry, Origin home, Settings.Entry settings, Redirects redirects) {
    this.registry = registry;
    this.home = home;
    this.settings = settings;
    this.redirects = redirects;
  }

  /** A token, and for how many seconds it is good; 0 if nobody said. */
  record Granted(String token, long seconds) {}

  /**
   * Asks for a token for {@code scope}.
   *
   * @param from what the registry's challenge came as an answer to
   * @param who who we are, if anybody
   */
  Granted get(Challenge challenge, HttpUrl from, String scope, Optional<Credential> who)
      throws IOException {
    HttpUrl realm = redirects.told(from, challenge.parameter("realm").orElse(""));
    if (who.isPresent() && !belongs(realm.origin())) {
      throw new PolderException(
          ErrorKind.DENIED,
          ("cannot log in to %s: it sends us to %s for a token, which would learn who we are; if that is"
                  + " right, say \"token_host\": \"%s\" of it in registries.json")
              .formatted(registry, realm.origin(), realm.origin().authority()));
    }
    Map<String, String> query = new LinkedHashMap<>();
    challenge.parameter("service").ifPresent(service -> query.put("service", service));
    query.put("scope", scope);
    Ask ask;
    Optional<String> authorization = Optional.empty();
    if (who.orElse(null) instanceof Credential.IdentityToken(String refresh)) {
      query.put("grant_type", "refresh_token");
      query.put("client_id", "polder");
      query.put("refresh_token", refresh);
      ask = form(realm, encode(query));
    } else {
      if (who.orElse(null) instanceof Credential.Password password) {
        query.put("account", password.user());
        authorization = Optional.of(password.basic());
      }
      HttpUrl url =
          new HttpUrl(
              realm.origin(),
              realm.target() + (realm.target().contains("?") ? "&" : "?") + encode(query));
      ask = new Ask("GET", new Ask.Place.Told(url), Headers.NONE, null);
    }
    HttpUrl url = ((Ask.Place.Told) ask.place()).url();
    try (HttpAnswer answer = redirects.ask(ask, url, home, authorization)) {
      return read(answer, realm);
    }
  }

  private Granted read(HttpAnswer answer, HttpUrl realm) throws IOException {
    String what = "get a token for %s from %s".formatted(registry, realm.origin());
    if (answer.status() != 200) {
      throw Breakdown.of(what, answer);
    }
    byte[] bytes;
    try {
      bytes = answer.read(LONGEST);
    } catch (HttpAnswer.TooLongException e) {
      throw Breakdown.of(what, e);
    }
    Map<String, Object> told;
    try {
      told = Json.object(bytes);
    } catch (PolderException e) {
      throw Refused.invalid("cannot %s: its answer is no JSON object", what);
    }
    Object token = told.containsKey("token") ? told.get("token") : told.get("access_token");
    if (!(token instanceof String text)
        || text.isEmpty()
        || text.length() > LONGEST_TOKEN
        || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Refused.invalid("cannot %s: its answer has no token that can be sent", what);
    }
    return new Granted(text, told.get("expires_in") instanceof Number n ? n.longValue() : 0);
  }

  /** Whether a server may learn who we are at the registry. */
  private boolean belongs(Origin service) {
    if (service.host().equals(home.host())) {
      return true;
    }
    Optional<String> host = settings.tokenHost().map(RegistryName::host);
    return host.or(() -> Optional.ofNullable(KNOWN_HOSTS.get(registry.host())))
        .filter(service.host()::equals)
        .isPresent();
  }

  private static Ask form(HttpUrl url, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    HttpRequest.Body content =
        new HttpRequest.Body() {
          @Override
          public long length() {
            return bytes.length;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(bytes);
          }
        };
    Headers headers = Headers.NONE.with("Content-Type", "application/x-www-form-urlencoded");
    return new Ask("POST", new Ask.Place.Told(url), headers, content);
  }

  private static String encode(Map<String, String> query) {
    return query.entrySet().stream()
        .map(
            entry ->
                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
