package polder.image.registry;

import org.jspecify.annotations.Nullable;
import polder.image.http.Headers;
import polder.image.http.HttpRequest;
import polder.image.http.HttpUrl;

/**
 * A question to a registry, which can be asked again.
 *
 * @param method GET, HEAD, POST, PUT or PATCH
 * @param place where
 * @param headers its own fields
 * @param body what is sent; null for none
 */
record Ask(String method, Place place, Headers headers, HttpRequest.@Nullable Body body) {
  /** Where something is asked. */
  sealed interface Place {
    /** Below the repository, such as {@code manifests/12}. */
    record Below(String path) implements Place {}

    /** Where the registry told us to go, as an absolute URL. */
    record Told(HttpUrl url) implements Place {}
  }

  static Ask get(String path) {
    return new Ask("GET", new Place.Below(path), Headers.NONE, null);
  }

  static Ask head(String path) {
    return new Ask("HEAD", new Place.Below(path), Headers.NONE, null);
  }

  Ask with(String name, String value) {
    return new Ask(method, place, headers.with(name, value), body);
  }

  /** Whether it means the same when it is asked twice: a part of a blob would be there twice. */
  boolean isRepeatable() {
    return !method.equals("PATCH");
  }

  /** Whether a redirect may be followed. */
  boolean isRead() {
    return method.equals("GET") || method.equals("HEAD");
  }
}
