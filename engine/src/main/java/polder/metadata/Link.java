package polder.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.PolderException;

/**
 * One connection: lines come in, each has its answer before the next one is looked at. What is
 * answered but not taken keeps it from reading on.
 */
final class Link {
  /** How long a line may be: a value of 64 KiB, encoded twice, with its key. */
  static final int LONGEST = 160 << 10;

  private static final System.Logger LOG = System.getLogger("polder.metadata");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final byte[] NOTHING = {};

  private final Loop loop;
  private final Place place;
  private final SocketChannel channel;
  private final boolean serial;
  private final SelectionKey key;
  private byte[] in = NOTHING;
  private int length; // of what is in it
  private int looked; // at how much of that, for the end of a line
  private boolean skipping; // to the end of a line that is too long
  private @Nullable ByteBuffer out;
  private boolean busy; // with a request
  private long deadline; // for going on in the middle of something; 0 if it is not
  private boolean ended;

  /**
   * One that is read from now on.
   *
   * @param serial whether it is a line that is not hung up
   */
  Link(Loop loop, Place place, SocketChannel channel, boolean serial) throws IOException {
    this.loop = loop;
    this.place = place;
    this.channel = channel;
    this.serial = serial;
    Runnable ready = this::ready;
    this.key = channel.register(loop.selector(), SelectionKey.OP_READ, ready);
  }

  private void ready() {
    attempt(
        () -> {
          if (key.isValid() && key.isWritable()) {
            flush();
          }
          if (key.isValid() && key.isReadable()) {
            fill();
          }
        });
  }

  /** Something that can find that nobody is at the other end any more. */
  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Attempt work) {
    if (ended) {
      return;
    }
    try {
      work.run();
      turn();
    } catch (IOException e) {
      end();
    }
  }

  private void fill() throws IOException {
    ByteBuffer piece = loop.piece();
    int count = channel.read(piece);
    if (count < 0) {
      throw new IOException("the end");
    }
    if (length + count > in.length) {
      resize(Math.max(length + count, Math.min(2 * in.length, LONGEST)));
    }
    piece.flip().get(in, length, count);
    length += count;
  }

  private void resize(int size) throws IOException {
    boolean room = loop.hold(size - in.length);
    in = Arrays.copyOf(in, size);
    if (!room) {
      throw new IOException("too much is held");
    }
  }

  /** Answers what lines there are, one after the other, and reads on if there is none. */
  private void turn() throws IOException {
    while (!busy && out == null && !ended) {
      int end = looked;
      while (end < length && in[end] != '\n') {
        end++;
      }
      looked = end;
      if (end == length) {
        unfinished();
        break;
      }
      boolean whole = !skipping;
      skipping = false;
      Optional<Request> request = whole ? Request.read(in, end) : Optional.empty();
      drop(end + 1);
      settled();
      Duration wait = place.allowance().take(cost(request), System.nanoTime());
      busy = true;
      if (wait.isZero()) {
        request.ifPresentOrElse(this::answer, () -> busy = false);
      } else {
        loop.after(wait, () -> attempt(() -> request.ifPresentOrElse(this::answer, this::idle)));
      }
    }
    if (!ended) {
      look();
    }
  }

  private void look() {
    key.interestOps(out != null ? SelectionKey.OP_WRITE : busy ? 0 : SelectionKey.OP_READ);
  }

  private void idle() {
    busy = false;
  }

  private static int cost(Optional<Request> request) {
    boolean change =
        request.map(Request::verb).stream()
            .anyMatch(
                verb -> verb instanceof Request.Verb.Put || verb instanceof Request.Verb.Delete);
    return change ? Allowance.CHANGE : Allowance.LINE;
  }

  /** The beginning of a line is kept, unless it is too long for one. */
  private void unfinished() throws IOException {
    if (length == 0) {
      resize(0);
    } else if (skipping || length > LONGEST) {
      if (!serial) {
        throw new IOException("a line that is too long");
      }
      skipping = true; // noise: the next line may be one
      drop(length);
    } else {
      expect();
    }
  }

  private void drop(int count) {
    System.arraycopy(in, count, in, 0, length - count);
    length -= count;
    looked = 0;
  }

  private void answer(Request request) {
    switch (request.verb()) {
      case Request.Verb.Nothing() -> say(words("invalid command\n"));
      case Request.Verb.Negotiate(var version) ->
          say(words(version.equals("V2") ? "V2_OK\n" : "FAILURE\n"));
      case Request.Verb.Strange(var why) -> say(request.answered(new Answer.Failure(why)));
      case Request.Verb.Get _, Request.Verb.Keys _ -> say(request.answered(told(request.verb())));
      case Request.Verb.Put _, Request.Verb.Delete _ -> change(request);
    }
  }

  private static byte[] words(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The disk is waited for elsewhere. */
  private void change(Request request) {
    var _ =
        Thread.ofVirtual()
            .name("polder-metadata-change")
            .start(
                () -> {
                  byte[] answer = request.answered(told(request.verb()));
                  loop.hand(() -> attempt(() -> say(answer)));
                });
  }

  private Answer told(Request.Verb verb) {
    try {
      Metadata metadata = place.metadata();
      return switch (verb) {
        case Request.Verb.Get(var name) ->
            metadata.get(name).<Answer>map(Answer.Success::new).orElseGet(Answer.NotFound::new);
        case Request.Verb.Keys() -> new Answer.Success(String.join("\n", metadata.keys()));
        case Request.Verb.Put(var name, var value) -> {
          metadata.put(name, value);
          yield new Answer.Success("OK");
        }
        case Request.Verb.Delete(var name) ->
            metadata.delete(name) ? new Answer.Success("OK") : new Answer.NotFound();
        default -> throw new IllegalArgumentException("nothing is told of " + verb);
      };
    } catch (PolderException e) {
      return new Answer.Failure(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) { // it is to have an answer, whatever it was
      LOG.log(System.Logger.Level.ERROR, "the metadata of a zone", e);
      return new Answer.Failure("the host failed");
    }
  }

  /** Says it, as far as it is taken; the rest when it is. */
  private void say(byte[] answer) {
    busy = false;
    boolean room = loop.hold(answer.length);
    out = ByteBuffer.wrap(answer);
    try {
      if (!room) {
        throw new IOException("too much is held");
      }
      flush();
    } catch (IOException e) {
      end();
    }
  }

  private void flush() throws IOException {
    ByteBuffer now = out;
    if (now != null) {
      int count = channel.write(now);
      if (serial && count > 0) {
        settled(); // the line is slow
      }
      if (now.hasRemaining()) {
        expect();
      } else {
        taken(now);
      }
    }
  }

  private void taken(ByteBuffer now) {
    var _ = loop.hold(-now.capacity());
    out = null;
    settled();
  }

  /** It is in the middle of something, and has its time to go on. */
  private void expect() {
    if (deadline == 0) {
      deadline = loop.after(PATIENCE, this::late);
    }
  }

  private void settled() {
    if (deadline != 0) {
      loop.cancel(deadline);
      deadline = 0;
    }
  }

  private void late() {
    deadline = 0;
    if (busy) {
      expect(); // it is us who are late
    } else if (serial) {
      skipping = length > 0;
      drop(length);
      if (out != null) {
        taken(out);
      }
      attempt(() -> {});
    } else {
      end();
    }
  }

  void end() {
    if (!ended) {
      ended = true;
      settled();
      var _ = loop.hold(-in.length);
      in = NOTHING;
      if (out != null) {
        taken(out);
      }
      Place.close(key);
      place.gone(this);
    }
  }
}
