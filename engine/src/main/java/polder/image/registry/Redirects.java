package polder.image.registry;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import polder.image.http.Headers;
import polder.image.http.Http;
import polder.image.http.HttpAnswer;
import polder.image.http.HttpRequest;
import polder.image.http.HttpUrl;
import polder.image.http.Nearness;
import polder.image.http.Network;
import polder.image.http.Origin;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * The way from a registry to where it leads us.
 *
 * <p>It may lead from plain HTTP to TLS and not back, and to nothing that is nearer to us than the
 * registry itself is. Authorization goes to the server that it is for, and nowhere once we left it.
 */
final class Redirects {
  private static final int MOST = 5;
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

  private final Http http;
  private final Network network;
  private final Settings settings;
  private final Nearness own;

  /** How near the registry is; known once it answered. */
  private final AtomicReference<Optional<Nearness>> seen = new AtomicReference<>(Optional.empty());

  /** With how near the registry itself may be. */
  Redirects(Http http, Network network, Settings settings, Nearness own) {
    this.http = http;
    this.network = network;
    this.settings = settings;
    this.own = own;
  }

  /**
   * Asks, and goes where it is led if the question only reads.
   *
   * @param url of the registry itself, or already looked at with {@link #check}
   * @param home the registry itself
   * @param authorization for the server of {@code url} only; empty for none
   */
  HttpAnswer ask(Ask ask, HttpUrl url, Origin home, Optional<String> authorization)
      throws IOException {
    HttpUrl now = url;
    for (int followed = 0; followed <= MOST; followed++) {
      boolean mayKnow = now.origin().equals(url.origin()) && authorization.isPresent();
      Headers headers =
          mayKnow
              ? ask.headers().with("Authorization", authorization.orElseThrow())
              : ask.headers();
      if (!now.origin().equals(url.origin())) {
        authorization = Optional.empty();
      }
      HttpAnswer answer =
          http.ask(
              new HttpRequest(ask.method(), now, headers, ask.body()),
              now.origin().equals(home) ? own : nearest());
      if (now.origin().equals(home)) {
        seen.set(Optional.of(network.nearness(answer.from())));
      }
      if (!ask.isRead() || !STATUSES.contains(answer.status())) {
        return answer;
      }
      now = next(answer, now);
    }
    throw new PolderException(
        ErrorKind.UNAVAILABLE,
        "cannot ask %s: it leads on and on".formatted(url.origin().authority()));
  }

  private HttpUrl next(HttpAnswer answer, HttpUrl from) {
    try (answer) {
      String location = answer.headers().first("Location").orElse("");
      return told(from, location);
    }
  }

  /**
   * Where a server tells us to go.
   *
   * @throws PolderException DENIED if we may not
   */
  HttpUrl told(HttpUrl from, String location) {
    try {
      HttpUrl to = location.isEmpty() ? null : from.resolve(location);
      if (to == null) {
        throw new IllegalArgumentException("it does not say where");
      }
      check(from, to);
      return to;
    } catch (IllegalArgumentException e) {
      throw new PolderException(
          ErrorKind.DENIED,
          "cannot ask %s: it leads elsewhere ('%s'), and %s"
              .formatted(from.origin().authority(), Refused.shown(location), e.getMessage()),
          e);
    }
  }

  /** Refuses what must not be gone to; the address is looked at when it is connected to. */
  void check(HttpUrl from, HttpUrl to) {
    if (to.origin().secure() || to.origin().equals(from.origin())) {
      return;
    }
    if (from.origin().secure()) {
      throw new IllegalArgumentException("that would be without TLS");
    }
    RegistryName server = new RegistryName(to.origin().authority());
    if (!server.isLoopback() && !settings.of(server).plainHttp()) {
      throw new IllegalArgumentException(
          "that would be without TLS; where it is meant, say \"plain_http\": true of it in"
              + " registries.json");
    }
  }

  private Nearness nearest() {
    return seen.get().orElse(own);
  }
}
