package polder.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import polder.image.http.Headers;
import polder.image.http.HttpAnswer;
import polder.image.http.HttpRequest;
import polder.image.http.HttpUrl;
import polder.image.oci.Digest;
import polder.image.registry.Publication.Opener;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * One blob on its way to a registry, in parts: where one breaks off, the registry is asked how much
 * it has, and the rest is sent; where it does not know any more, all of it is sent again. OCI
 * distribution specification 1.1, "Pushing a blob in chunks".
 */
final class Upload {
  private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");
  private static final HttpRequest.Body NOTHING =
      body(offset -> InputStream.nullInputStream(), 0, 0);

  private final Endpoint endpoint;
  private final Digest digest;
  private final long size;
  private final long part;
  private final Opener content;
  private final String what;

  /**
   * An upload; nothing is sent yet.
   *
   * @param part how much at a time
   */
  Upload(Endpoint endpoint, Digest digest, long size, long part, Opener content) {
    this.endpoint = endpoint;
    this.digest = digest;
    this.size = size;
    this.part = part;
    this.content = content;
    this.what = "send blob %s to %s/%s".formatted(digest, endpoint.server(), endpoint.repository());
  }

  /** Where the next part goes, and from which byte on. */
  private record Place(HttpUrl url, long at) {}

  /** Sends all of it. */
  void run() {
    Place place = begin();
    for (int failures = 0; ; ) {
      try {
        if (place.at() == size) {
          end(place.url());
          return;
        }
        place = part(place);
        failures = 0;
      } catch (PolderException e) {
        if (e.kind() != ErrorKind.UNAVAILABLE) {
          throw e;
        }
        place = again(++failures, place, e);
      } catch (OutOfStep e) {
        place = again(++failures, place, e.told);
      }
    }
  }

  private Place again(int failures, Place place, PolderException why) {
    if (failures > endpoint.retry().times()) {
      throw why;
    }
    endpoint.pause(failures, Duration.ZERO);
    return there(place.url()).orElseGet(this::begin);
  }

  /** The registry and we do not agree on where we are. */
  private static final class OutOfStep extends Exception {
    private static final long serialVersionUID = 1;
    private final PolderException told;

    OutOfStep(PolderException told) {
      super(told);
      this.told = told;
    }
  }

  private Place begin() {
    Ask ask = new Ask("POST", new Ask.Place.Below("blobs/uploads/"), Headers.NONE, null);
    try (HttpAnswer answer = endpoint.ask(ask)) {
      if (answer.status() != 202) {
        throw Breakdown.of(what, answer);
      }
      return new Place(endpoint.told(location(answer)), 0);
    }
  }

  private Place part(Place from) throws OutOfStep {
    long length = Math.min(part, size - from.at());
    Headers headers =
        octets().with("Content-Range", "%d-%d".formatted(from.at(), from.at() + length - 1));
    Ask ask =
        new Ask("PATCH", new Ask.Place.Told(from.url()), headers, body(content, from.at(), length));
    try (HttpAnswer answer = endpoint.ask(ask)) {
      if (answer.status() == 416 || answer.status() == 404) {
        throw new OutOfStep(Breakdown.of(what, answer));
      }
      if (answer.status() != 202) {
        throw Breakdown.of(what, answer);
      }
      return new Place(endpoint.told(from.url(), location(answer)), from.at() + length);
    }
  }

  private void end(HttpUrl place) throws OutOfStep {
    String separator = place.target().contains("?") ? "&" : "?";
    HttpUrl last = new HttpUrl(place.origin(), place.target() + separator + "digest=" + digest);
    Ask ask = new Ask("PUT", new Ask.Place.Told(last), octets(), NOTHING);
    try (HttpAnswer answer = endpoint.ask(ask)) {
      if (answer.status() == 404) {
        throw new OutOfStep(Breakdown.of(what, answer));
      }
      if (answer.status() != 201 && answer.status() != 204) {
        throw Breakdown.of(what, answer);
      }
    }
  }

  /** How much the registry has; empty if it does not know, or says what cannot be. */
  private Optional<Place> there(HttpUrl url) {
    Ask ask = new Ask("GET", new Ask.Place.Told(url), Headers.NONE, null);
    try (HttpAnswer answer = endpoint.ask(ask)) {
      if (answer.status() != 204) {
        return Optional.empty();
      }
      Matcher range = RANGE.matcher(answer.headers().first("Range").orElse(""));
      // distribution writes 0-0 for nothing as for one byte: that byte is sent again, and refused
      long has = range.matches() ? Long.parseLong(range.group(1)) + 1 : 0;
      if (has > size) {
        return Optional.empty();
      }
      boolean moved = !location(answer).isEmpty();
      HttpUrl now = moved ? endpoint.told(url, location(answer)) : url;
      return Optional.of(new Place(now, has <= 1 ? 0 : has));
    }
  }

  private static String location(HttpAnswer answer) {
    return answer.headers().first("Location").orElse("");
  }

  private static Headers octets() {
    return Headers.NONE.with("Content-Type", "application/octet-stream");
  }

  static HttpRequest.Body body(Opener opener, long at, long length) {
    return new HttpRequest.Body() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public InputStream open() throws IOException {
        return opener.open(at);
      }
    };
  }
}
