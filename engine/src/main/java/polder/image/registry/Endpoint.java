package polder.image.registry;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import polder.image.http.ForbiddenAddressException;
import polder.image.http.GivenUpException;
import polder.image.http.Http;
import polder.image.http.HttpAnswer;
import polder.image.http.HttpUrl;
import polder.image.http.Nearness;
import polder.image.http.Network;
import polder.image.http.Origin;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * One repository on one server: the registry's own, or a mirror. It says who we are when it is
 * asked to, and asks again what failed for a moment: statuses 429 and 5xx, and connections that
 * broke. Who was too slow is not asked again.
 */
final class Endpoint {
  private final RegistryName registry;
  private final String repository;
  private final Origin home;
  private final Credentials credentials;
  private final Redirects redirects;
  private final TokenService service;
  private final Tokens tokens;
  private final Retry retry;
  private final String scope;
  private volatile Optional<String> basic = Optional.empty();

  /**
   * An endpoint; nothing is asked yet.
   *
   * @param registry whose server it is
   * @param repository its name there
   * @param actions what will be done: {@code pull} or {@code pull,push}
   * @param from another repository that is read from, to mount its blobs
   */
  Endpoint(
      RegistryName registry,
      String repository,
      String actions,
      Optional<String> from,
      Http http,
      Network network,
      Settings settings,
      Credentials credentials,
      Tokens tokens,
      Retry retry) {
    this.registry = registry;
    this.repository = repository;
    Settings.Entry entry = settings.of(registry);
    this.home = home(registry, entry);
    this.credentials = credentials;
    boolean near = Nearness.isLiteral(registry.host()) || entry.loopback();
    this.redirects = new Redirects(http, network, settings, near ? Nearness.HERE : Nearness.INSIDE);
    this.service = new TokenService(registry, home, entry, redirects);
    this.tokens = tokens;
    this.retry = retry;
    this.scope =
        "repository:%s:%s".formatted(repository, actions)
            + from.map(" repository:%s:pull"::formatted).orElse("");
  }

  /** Plain HTTP where that is said, and to this very host unless TLS is said. */
  static Origin home(RegistryName registry, Settings.Entry entry) {
    boolean tls = entry.authorities().isPresent() || !entry.pins().isEmpty();
    return registry.origin(!entry.plainHttp() && (tls || !registry.isLoopback()));
  }

  String server() {
    return registry.value();
  }

  String repository() {
    return repository;
  }

  Retry retry() {
    return retry;
  }

  /** Where an answer tells us to go on, such as an upload's place. */
  HttpUrl told(String location) {
    return told(new HttpUrl(home, "/v2/"), location);
  }

  /** As the other, where the answer came from {@code from}. */
  HttpUrl told(HttpUrl from, String location) {
    return redirects.told(from, location);
  }

  /**
   * Asks.
   *
   * @return the answer, whatever its status, but for those that are asked again; to be closed
   * @throws PolderException if there is none
   */
  HttpAnswer ask(Ask ask) {
    String what = "ask " + registry;
    for (int attempt = 1; ; attempt++) {
      Duration pause = Duration.ZERO;
      try {
        HttpAnswer answer = authorized(ask);
        if (attempt > retry.times() || !isPassing(answer.status()) || !ask.isRepeatable()) {
          return answer;
        }
        pause = asked(answer);
        answer.close();
      } catch (IOException e) {
        if (attempt > retry.times() || isFinal(e) || !ask.isRepeatable()) {
          throw Breakdown.of(what, e);
        }
      }
      pause(attempt, pause);
    }
  }

  /** Waits before another attempt. */
  void pause(int attempt, Duration asked) {
    try {
      retry.pause(attempt, asked);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(
          ErrorKind.WRONG_STATE, "cannot ask %s: it was given up".formatted(registry), e);
    }
  }

  static boolean isFinal(IOException e) {
    return e instanceof SocketTimeoutException
        || e instanceof SSLException
        || e instanceof ProtocolException
        || e instanceof ForbiddenAddressException
        || e instanceof GivenUpException
        || e instanceof HttpAnswer.TooLongException;
  }

  private static boolean isPassing(int status) {
    return status == 429 || (status >= 500 && status != 501 && status != 505);
  }

  private static Duration asked(HttpAnswer answer) {
    return answer
        .headers()
        .first("Retry-After")
        .filter(seconds -> seconds.matches("[0-9]{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(Duration.ZERO);
  }

  private HttpAnswer authorized(Ask ask) throws IOException {
    HttpUrl url =
        switch (ask.place()) {
          case Ask.Place.Below(String path) -> new HttpUrl(home, "/v2/" + repository + "/" + path);
          case Ask.Place.Told(HttpUrl told) -> told;
        };
    if (!url.origin().equals(home)) {
      return redirects.ask(ask, url, home, Optional.empty());
    }
    Optional<String> known = tokens.find(key()).map("Bearer "::concat).or(() -> basic);
    HttpAnswer answer = redirects.ask(ask, url, home, known);
    if (answer.status() != 401 || !answer.origin().equals(home)) {
      return answer;
    }
    List<Challenge> challenges = Challenge.of(answer.headers());
    if (challenges.isEmpty()) {
      return answer;
    }
    tokens.forget(key());
    basic = Optional.empty();
    Optional<String> now = authorization(challenges, url);
    if (now.isEmpty()) {
      return answer;
    }
    answer.close();
    return redirects.ask(ask, url, home, now);
  }

  private Optional<String> authorization(List<Challenge> challenges, HttpUrl url)
      throws IOException {
    Optional<Credential> who = credentials.find(registry);
    for (Challenge challenge : challenges) {
      if (challenge.scheme().equals("bearer")) {
        TokenService.Granted granted = service.get(challenge, url, scope, who);
        tokens.put(key(), granted.token(), granted.seconds());
        return Optional.of("Bearer " + granted.token());
      }
      if (challenge.scheme().equals("basic")
          && who.orElse(null) instanceof Credential.Password password) {
        basic = Optional.of(password.basic());
        return basic;
      }
    }
    return Optional.empty();
  }

  /** What a token is for: it is never sent to another server. */
  private String key() {
    return home + " " + scope;
  }
}
