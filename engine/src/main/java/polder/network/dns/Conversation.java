package polder.network.dns;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import polder.linux.Epoll;
import polder.linux.InetSocket;
import polder.linux.SyscallException;
import polder.network.Loop;

/** A connection by which somebody asks one question after the other; RFC 7766. */
final class Conversation implements Loop.Handler {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int PREFIX = 2;
  private static final int LONGEST = 1024; // of a question, by far

  private final Loop loop;
  private final InetSocket socket;
  private final Asking asking;
  private final Runnable gone;
  private final long token;
  private byte[] in = new byte[PREFIX];
  private int read;
  private byte[] out = {};
  private int written;
  private long alarm;
  private boolean ended;

  /** Finds answers. */
  interface Asking {
    /** Has {@code back} told once what is answered to {@code message}; false if nothing is. */
    boolean ask(byte[] message, Consumer<byte[]> back);
  }

  /**
   * Begins one.
   *
   * @param socket this one's now
   * @param gone is told that it has ended
   */
  Conversation(Loop loop, InetSocket socket, Asking asking, Runnable gone) {
    this.loop = loop;
    this.socket = socket;
    this.asking = asking;
    this.gone = gone;
    this.token = loop.watch(socket.fd(), Epoll.READABLE, this);
    this.alarm = loop.after(PATIENCE, this::end);
  }

  @Override
  public void ready(int events) {
    if (written < out.length) {
      flush();
    } else if ((events & Epoll.READABLE) != 0) {
      hear();
    } else {
      end(); // it hung up while somebody else was asked
    }
  }

  private void hear() {
    int got = socket.fd().read(in, read, in.length - read);
    read += got;
    if (got == 0) {
      end();
    } else if (read == PREFIX && in.length == PREFIX) {
      int length = ByteBuffer.wrap(in).getShort() & 0xffff;
      in = new byte[PREFIX + length];
      if (length == 0 || length > LONGEST) {
        end();
      }
    } else if (read == in.length) {
      byte[] message = Arrays.copyOfRange(in, PREFIX, in.length);
      in = new byte[PREFIX];
      read = 0;
      loop.change(socket.fd(), 0, token); // the next one waits
      if (!asking.ask(message, this::answer)) {
        end();
      }
    }
  }

  private void answer(byte[] message) {
    if (ended) {
      return;
    }
    out = Errand.prefixed(message);
    written = 0;
    loop.cancel(alarm);
    alarm = loop.after(PATIENCE, this::end);
    try {
      flush();
    } catch (SyscallException e) {
      end(); // it is gone
    }
  }

  private void flush() {
    written += socket.write(out, written);
    boolean all = written == out.length;
    if (all) {
      out = new byte[0];
      written = 0;
    }
    loop.change(socket.fd(), all ? Epoll.READABLE : Epoll.WRITABLE, token);
  }

  @Override
  public void end() {
    if (!ended) {
      ended = true;
      loop.cancel(alarm);
      loop.forget(socket.fd(), token);
      socket.close();
      gone.run();
    }
  }
}
