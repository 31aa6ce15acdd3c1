package polder.image.registry;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import polder.image.http.HttpAnswer;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A blob as it comes. Its digest and size are those that were asked for, or the last bytes are not
 * given out. Where the connection breaks it goes on at the same byte, from another server if need
 * be; where a server cannot do that, what was there already is passed over.
 *
 * <p>What it throws is a {@link PolderException}. For one thread; {@link #close} is for any.
 */
final class BlobStream extends InputStream {
  private static final int PROGRESS = 64 << 10; // less than that between two breaks is none

  private final List<Endpoint> endpoints;
  private final Digest digest;
  private final long size;
  private final MessageDigest hash;
  private final byte[] skipped = new byte[1 << 14];
  private int server; // which endpoint
  private int failures; // of this endpoint, in a row
  private long failedAt; // the byte
  private boolean wholeOnly; // this endpoint gives wrong parts
  private long at;
  private boolean verified;
  private volatile @Nullable HttpAnswer answer;
  private volatile boolean closed;

  /** The blob with that digest and size, from the first endpoint that has it. */
  BlobStream(List<Endpoint> endpoints, Digest digest, long size) {
    this.endpoints = List.copyOf(endpoints);
    this.digest = digest;
    this.size = size;
    this.hash = digest.hash();
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    while (at < size) {
      try {
        HttpAnswer now = answer;
        if (now == null) {
          now = opened();
          answer = now;
          if (closed) {
            throw gone(null);
          }
        }
        int most = (int) Math.min(length, size - at);
        int got = now.body().read(buffer, offset, most);
        if (got < 0) {
          throw new EOFException("the blob was cut off");
        }
        hash.update(buffer, offset, got);
        at += got;
        if (at == size) {
          finish(now);
        }
        return got;
      } catch (IOException e) {
        goOn(e);
      }
    }
    if (!verified) {
      verify(); // of no bytes at all
    }
    return -1;
  }

  private void finish(HttpAnswer now) {
    boolean more;
    try {
      more = now.body().read() >= 0;
    } catch (IOException e) {
      more = false; // a connection that broke after the last byte
    }
    letGo();
    if (more) {
      throw wrong("it is longer than %d bytes".formatted(size));
    }
    verify();
  }

  private void verify() {
    if (!digest.is(hash.digest())) {
      throw wrong("its content has another digest");
    }
    verified = true;
  }

  /** From the next server, if this one refuses. */
  private HttpAnswer opened() throws IOException {
    while (true) {
      try {
        return open();
      } catch (PolderException e) {
        if (closed || e.kind() == ErrorKind.WRONG_STATE || server + 1 == endpoints.size()) {
          throw e;
        }
        nextServer();
      }
    }
  }

  private void nextServer() {
    server++;
    failures = 0;
    wholeOnly = false;
  }

  private HttpAnswer open() throws IOException {
    boolean part = at > 0 && !wholeOnly;
    Ask ask = Ask.get("blobs/" + digest);
    if (part) {
      ask = ask.with("Range", "bytes=%d-".formatted(at));
    }
    HttpAnswer now = endpoint().ask(ask);
    try {
      if (part && now.status() == 206) {
        String wanted = "bytes %d-%d/".formatted(at, size - 1);
        String range = now.headers().first("Content-Range").orElse("");
        if (range.equals(wanted + size) || range.equals(wanted + "*")) {
          return now;
        }
        wholeOnly = true;
        throw new WrongPartException();
      }
      if (part && now.status() == 416) {
        wholeOnly = true;
        throw new WrongPartException();
      }
      if (now.status() != 200) {
        throw Breakdown.of("get " + name(), now);
      }
      refuseOtherSize(now);
      pass(now);
      return now;
    } catch (IOException | RuntimeException e) {
      now.close();
      throw e;
    }
  }

  private void refuseOtherSize(HttpAnswer now) {
    String length = now.headers().first("Content-Length").orElse(String.valueOf(size));
    if (!length.equals(String.valueOf(size))) {
      throw wrong("it should have %d bytes, and has %s".formatted(size, Refused.shown(length)));
    }
  }

  /** Passes over what was given out already; if it is something else, the digest will tell. */
  private void pass(HttpAnswer now) throws IOException {
    for (long left = at; left > 0; ) {
      int got = now.body().read(skipped, 0, (int) Math.min(skipped.length, left));
      if (got < 0) {
        throw new EOFException("the blob was cut off");
      }
      left -= got;
    }
  }

  /** After {@code e}: the same server once more, the next one, or the end. */
  private void goOn(IOException e) {
    letGo();
    if (closed) {
      throw gone(e);
    }
    if (at - failedAt >= PROGRESS) {
      failures = 0;
    }
    failedAt = at;
    failures++;
    Endpoint endpoint = endpoint();
    boolean given = Endpoint.isFinal(e) && !(e instanceof WrongPartException);
    if (given || failures > endpoint.retry().times()) {
      PolderException why = Breakdown.of("get " + name(), e);
      if (server + 1 == endpoints.size()) {
        throw why;
      }
      nextServer();
      return;
    }
    if (!(e instanceof WrongPartException)) {
      endpoint.pause(failures, Duration.ZERO);
    }
  }

  /** A part of another place than was asked for: the whole has to do. */
  private static final class WrongPartException extends IOException {
    private static final long serialVersionUID = 1;

    WrongPartException() {
      super("it sends another part of the blob than was asked for");
    }
  }

  private Endpoint endpoint() {
    return endpoints.get(server);
  }

  private String name() {
    return "blob %s from %s".formatted(digest, endpoint().server());
  }

  private PolderException wrong(String why) {
    return new PolderException(ErrorKind.INVALID, "%s is refused: %s".formatted(name(), why));
  }

  private PolderException gone(@Nullable IOException e) {
    String sentence = "cannot get %s: it was given up".formatted(name());
    return e == null
        ? new PolderException(ErrorKind.WRONG_STATE, sentence)
        : new PolderException(ErrorKind.WRONG_STATE, sentence, e);
  }

  private void letGo() {
    HttpAnswer now = answer;
    answer = null;
    if (now != null) {
      now.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    letGo();
  }
}
