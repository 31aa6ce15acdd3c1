package polder.network.dns;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import polder.linux.Bytes;
import polder.linux.Epoll;
import polder.linux.Errno;
import polder.linux.InetSocket;
import polder.linux.SyscallException;
import polder.model.IpAddress;
import polder.network.Loop;

/**
 * A question that is passed on: from a port that the kernel draws, with a number of its own, to one
 * after the other until one answers.
 */
final class Errand implements Loop.Handler {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final int MOST_TRIES = 3;
  private static final int PORT = 53;
  private static final int PREFIX = 2; // bytes of a message's length, over a connection
  private static final int FAILED = 2; // codes with which another is asked
  private static final int REFUSED = 5;

  private final Loop loop;
  private final DnsQuestion question;
  private final boolean stream;
  private final List<IpAddress> servers;
  private final Consumer<Optional<byte[]>> back;
  private int tries;
  private int number;
  private byte[] out = {};
  private int written;
  private byte[] in = {};
  private int read;
  private @Nullable InetSocket socket;
  private long token;
  private long alarm;
  private byte @Nullable [] last; // an answer that says no more than that it failed

  /**
   * Prepares one.
   *
   * @param stream whether by a connection
   * @param servers who is asked; not empty
   * @param back is told the answer once, empty if nobody gave one
   */
  Errand(
      Loop loop,
      DnsQuestion question,
      boolean stream,
      List<IpAddress> servers,
      Consumer<Optional<byte[]>> back) {
    this.loop = loop;
    this.question = question;
    this.stream = stream;
    this.servers = List.copyOf(servers);
    this.back = back;
  }

  /** Asks the next one, or gives up. */
  void run() {
    close();
    while (tries < Math.max(MOST_TRIES, servers.size())) {
      IpAddress server = servers.get(tries++ % servers.size());
      if (ask(server)) {
        return;
      }
    }
    back.accept(Optional.ofNullable(last));
  }

  private boolean ask(IpAddress server) {
    number = RANDOM.nextInt(1 << 16);
    try {
      InetSocket made =
          InetSocket.call(stream, new InetSocket.Peer(Bytes.of(server.bytes()), PORT));
      socket = made;
      token = loop.watch(made.fd(), stream ? Epoll.WRITABLE : Epoll.READABLE, this);
      alarm = loop.after(PATIENCE, this::run);
      byte[] message = question.passedOn(number);
      if (stream) {
        out = prefixed(message);
        written = 0;
        in = new byte[PREFIX];
        read = 0;
      } else {
        made.send(message, Optional.empty());
      }
      return true;
    } catch (SyscallException e) {
      close(); // no way there, or nobody
      return false;
    }
  }

  static byte[] prefixed(byte[] message) {
    return ByteBuffer.allocate(PREFIX + message.length)
        .putShort((short) message.length)
        .put(message)
        .array();
  }

  @Override
  public void ready(int events) {
    InetSocket open = socket;
    if (open == null) {
      return;
    }
    try {
      if (stream) {
        flow(open);
      } else {
        hear(open);
      }
    } catch (SyscallException e) {
      run(); // nobody there
    }
  }

  private void hear(InetSocket open) {
    Optional<InetSocket.Datagram> heard = open.receive(question.largest());
    if (heard.isEmpty()) {
      return;
    }
    byte[] data = heard.get().data().toArray();
    if (question.isAnsweredBy(data, number)) { // else somebody guesses
      take(heard.get().whole() ? data : DnsAnswer.cut(question));
    }
  }

  private void flow(InetSocket open) {
    if (written < out.length) {
      Optional<Errno> error = open.error();
      if (error.isPresent()) {
        run();
        return;
      }
      written += open.write(out, written);
      if (written == out.length) {
        loop.change(open.fd(), Epoll.READABLE, token);
      }
      return;
    }
    int got = open.fd().read(in, read, in.length - read);
    read += got;
    if (got == 0) {
      run(); // it hung up
    } else if (read == PREFIX && in.length == PREFIX) {
      int length = ByteBuffer.wrap(in).getShort() & 0xffff;
      in = new byte[PREFIX + length];
      if (length == 0) {
        run();
      }
    } else if (read == in.length) {
      byte[] message = Arrays.copyOfRange(in, PREFIX, in.length);
      if (question.isAnsweredBy(message, number)) {
        take(message);
      } else {
        run();
      }
    }
  }

  private void take(byte[] message) {
    int code = message[3] & 0xf;
    if (code == FAILED || code == REFUSED) {
      last = message;
      run();
      return;
    }
    close();
    back.accept(Optional.of(message));
  }

  /** Ends it unanswered. */
  @Override
  public void end() {
    close();
    back.accept(Optional.ofNullable(last));
  }

  void close() {
    InetSocket open = socket;
    if (open != null) {
      socket = null;
      loop.cancel(alarm);
      loop.forget(open.fd(), token);
      open.close();
    }
  }

  /** Those who wait for one errand: a question that many ask is passed on once. */
  static final class Crowd {
    private final List<Consumer<Optional<byte[]>>> waiting = new ArrayList<>();

    void add(Consumer<Optional<byte[]>> one) {
      waiting.add(one);
    }

    int size() {
      return waiting.size();
    }

    void tell(Optional<byte[]> answer) {
      waiting.forEach(each -> each.accept(answer));
    }
  }
}
