package polder.image.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;
import polder.image.http.Headers;
import polder.image.http.Http;
import polder.image.http.HttpAnswer;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A repository of a registry, to write to: first the blobs, then the documents that name them, the
 * tag last. So whoever pulls meanwhile sees the old image or the new one.
 */
public final class Publication implements AutoCloseable {
  /** A blob that is larger goes in parts of that size: a break costs one of them. */
  static final long PART = 64 << 20;

  private final Function<Optional<String>, Endpoint> endpoints;
  private final Endpoint endpoint;
  private final Http http;
  private final long part;

  Publication(Function<Optional<String>, Endpoint> endpoints, Http http) {
    this(endpoints, http, PART);
  }

  Publication(Function<Optional<String>, Endpoint> endpoints, Http http, long part) {
    this.endpoints = endpoints;
    this.endpoint = endpoints.apply(Optional.empty());
    this.http = http;
    this.part = part;
  }

  /** A blob's bytes. */
  @FunctionalInterface
  public interface Opener {
    /** Opens it at that byte; asked again where a part has to be sent again. */
    InputStream open(long offset) throws IOException;
  }

  /** Whether the repository has the blob. */
  public boolean has(Digest digest) {
    try (HttpAnswer answer = endpoint.ask(Ask.head("blobs/" + digest))) {
      if (answer.status() != 200 && answer.status() != 404) {
        throw Breakdown.of("look for blob %s in %s".formatted(digest, name()), answer);
      }
      return answer.status() == 200;
    }
  }

  /**
   * Takes the blob over from another repository of the same registry.
   *
   * @return false if the registry does not do that
   */
  public boolean mount(Digest digest, String from) {
    String path = "blobs/uploads/?mount=%s&from=%s".formatted(digest, from);
    Ask ask = new Ask("POST", new Ask.Place.Below(path), Headers.NONE, null);
    try (HttpAnswer answer = endpoints.apply(Optional.of(from)).ask(ask)) {
      return answer.status() == 201; // 202 begins an upload, which the registry forgets in time
    } catch (PolderException e) {
      if (e.kind() == ErrorKind.DENIED) {
        return false; // we may not read there: so it is sent
      }
      throw e;
    }
  }

  /** Sends a blob; goes on where it broke off, for as long as the registry knows where that is. */
  public void send(Digest digest, long size, Opener content) {
    new Upload(endpoint, digest, size, part, content).run();
  }

  /** Sends a manifest or an index by its digest. */
  public void send(Document document) {
    put(document, document.digest().value());
  }

  /** Gives a document, which was sent before, a tag. */
  public void tag(Document document, String tag) {
    put(document, tag);
  }

  private void put(Document document, String which) {
    byte[] bytes = document.bytes();
    Ask ask =
        new Ask(
            "PUT",
            new Ask.Place.Below("manifests/" + which),
            Headers.NONE.with("Content-Type", document.mediaType()),
            Upload.body(offset -> new ByteArrayInputStream(bytes), 0, bytes.length));
    try (HttpAnswer answer = endpoint.ask(ask)) {
      if (answer.status() != 201 && answer.status() != 200) {
        throw Breakdown.of("send manifest %s to %s".formatted(which, name()), answer);
      }
      Optional<String> told = answer.headers().first("Docker-Content-Digest");
      if (told.isPresent()
          && told.get().startsWith("sha256:")
          && !told.get().equals(document.digest().value())) {
        throw new PolderException(
            ErrorKind.UNAVAILABLE,
            "cannot send manifest %s to %s: it keeps something else instead"
                .formatted(which, name()));
      }
    }
  }

  private String name() {
    return endpoint.server() + "/" + endpoint.repository();
  }

  @Override
  public void close() {
    http.close();
  }
}
