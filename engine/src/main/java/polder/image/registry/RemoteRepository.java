package polder.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.image.http.Http;
import polder.image.http.HttpAnswer;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A repository of a registry, to read from: its mirrors are asked first. Any thread may use it, and
 * close it: then what goes on ends with an exception.
 */
public final class RemoteRepository implements AutoCloseable {
  private static final String ACCEPTED =
      String.join(
          ", ",
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json",
          "application/vnd.docker.distribution.manifest.v2+json");

  private final List<Endpoint> endpoints; // the registry itself is the last one
  private final Http http;

  RemoteRepository(List<Endpoint> endpoints, Http http) {
    this.endpoints = List.copyOf(endpoints);
    this.http = http;
  }

  /**
   * What {@code reference} names: an index or a manifest. The tag is asked for its digest, then the
   * content with that digest is taken.
   */
  public Document find(Reference reference) {
    return reference.digest().isPresent()
        ? document(reference.digest().get())
        : firstOf(endpoint -> tagged(endpoint, reference.tag().orElseThrow()));
  }

  /** The index or the manifest with that digest. */
  public Document document(Digest digest) {
    return firstOf(endpoint -> document(endpoint, digest));
  }

  /**
   * A blob as a stream that verifies itself: what is wrong is a {@link PolderException} before its
   * last byte. Nothing is asked until it is read.
   */
  public InputStream blob(Digest digest, long size) {
    if (size < 0) {
      throw Refused.invalid("blob %s is refused: its size is negative", digest);
    }
    return new BlobStream(endpoints, digest, size);
  }

  /** A blob of {@code most} bytes at most, such as an image's configuration. */
  public byte[] small(Digest digest, long size, int most) {
    if (size > most) {
      throw Refused.invalid(
          "blob %s is refused: it has %d bytes, %d are allowed", digest, size, most);
    }
    try (InputStream blob = blob(digest, size)) {
      return blob.readAllBytes();
    } catch (IOException e) {
      throw Breakdown.of("get blob " + digest, e);
    }
  }

  private Document tagged(Endpoint endpoint, String tag) {
    Ask ask = Ask.head("manifests/" + tag).with("Accept", ACCEPTED);
    Optional<Digest> digest;
    try (HttpAnswer answer = endpoint.ask(ask)) {
      if (answer.status() != 200 && answer.status() != 405) {
        throw Breakdown.of("find %s:%s".formatted(name(endpoint), tag), answer);
      }
      digest = answer.headers().first("Docker-Content-Digest").map(Digest::new);
    }
    return digest.isPresent() ? document(endpoint, digest.get()) : get(endpoint, tag);
  }

  private Document document(Endpoint endpoint, Digest digest) {
    Document document = get(endpoint, digest.value());
    if (!digest.is(digest.hash().digest(document.bytes()))) {
      throw Refused.invalid(
          "manifest %s of %s is refused: its content has another digest", digest, name(endpoint));
    }
    return document;
  }

  private Document get(Endpoint endpoint, String which) {
    String what = "get manifest %s of %s".formatted(which, name(endpoint));
    Ask ask = Ask.get("manifests/" + which).with("Accept", ACCEPTED);
    for (int attempt = 1; ; attempt++) {
      try (HttpAnswer answer = endpoint.ask(ask)) {
        if (answer.status() != 200) {
          throw Breakdown.of(what, answer);
        }
        String type = answer.headers().first("Content-Type").orElse("");
        type = type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
        return new Document(type, answer.read(Document.LONGEST));
      } catch (IOException e) {
        if (attempt > endpoint.retry().times() || Endpoint.isFinal(e)) {
          throw Breakdown.of(what, e);
        }
      }
      endpoint.pause(attempt, Duration.ZERO); // it was cut off: once more from its beginning
    }
  }

  private static String name(Endpoint endpoint) {
    return endpoint.server() + "/" + endpoint.repository();
  }

  private <T> T firstOf(Function<Endpoint, T> work) {
    @Nullable PolderException why = null;
    for (Endpoint endpoint : endpoints) {
      try {
        return work.apply(endpoint);
      } catch (PolderException e) {
        if (why != null) {
          e.addSuppressed(why);
        }
        why = e;
        if (e.kind() == ErrorKind.WRONG_STATE) {
          break; // it was given up
        }
      }
    }
    throw why == null ? new IllegalStateException("there is no endpoint") : why;
  }

  @Override
  public void close() {
    http.close();
  }
}
