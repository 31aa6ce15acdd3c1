package polder.brand.vm;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A connection to a socket that QEMU has made in its cage, and all that is done with it until a
 * point in time.
 *
 * <p>For one thread.
 */
final class QemuSocket implements AutoCloseable {
  private static final int MOST_REFUSALS = 100;
  private static final String INTERRUPTED = "interrupted while it was waited for";

  private final SocketChannel channel;
  private final Selector selector;
  private final long deadline;

  private QemuSocket(SocketChannel channel, Selector selector, long deadline) {
    this.channel = channel;
    this.selector = selector;
    this.deadline = deadline;
  }

  /**
   * Connects to the socket {@code name} in the cage whose root is {@code root}.
   *
   * <p>It is found without following a link and held, and it is what is held that is connected to:
   * QEMU can put anything in its place, but nothing of the host's. One that was only just started
   * has not made it yet: that is waited for, unless the thread is interrupted.
   *
   * @param limit for all that is done until this is closed
   * @throws PolderException HOST if that cannot be
   */
  static QemuSocket open(Directory root, FileName name, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    FilePath place = FilePath.of(QemuCommand.CONTROL.substring(1));
    try (Directory control = root.enter(place, Walk.NO_LINKS)) {
      await(control, name, deadline);
      return connect(control, name, deadline);
    } catch (SyscallException e) {
      throw strange("its socket %s is not there: %s".formatted(name, e.getMessage()));
    } catch (IOException e) {
      throw strange(String.valueOf(e.getMessage()));
    }
  }

  private static QemuSocket connect(Directory control, FileName name, long deadline)
      throws IOException {
    try (Node socket = control.node(name)) {
      if (socket.stat().type() != FileType.SOCKET) {
        throw strange("it has put something else in the place of its socket " + name);
      }
      return dial(UnixDomainSocketAddress.of(socket.procPath().toString()), deadline);
    }
  }

  /** Returns when something is in the socket's place; inotify(7) tells. */
  private static void await(Directory control, FileName name, long deadline) {
    if (control.find(name).isPresent()) {
      return;
    }
    try (Node held = Node.of(control.fd().duplicate());
        WatchService news = FileSystems.getDefault().newWatchService()) {
      var _ = Path.of(held.procPath().toString()).register(news, ENTRY_CREATE);
      while (control.find(name).isEmpty()) {
        WatchKey key = news.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (key == null) {
          throw strange("it does not make its socket %s in time".formatted(name));
        }
        key.pollEvents();
        var _ = key.reset();
      }
    } catch (IOException e) {
      throw strange(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw strange(INTERRUPTED);
    }
  }

  /**
   * Connects. Who has made a socket does not listen at it yet, for the moment between two calls.
   */
  static QemuSocket dial(UnixDomainSocketAddress address, long deadline) throws IOException {
    for (int refused = 0; ; refused++) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      QemuSocket socket = new QemuSocket(channel, Selector.open(), deadline);
      try {
        channel.configureBlocking(false);
        if (!channel.connect(address)) {
          socket.await(SelectionKey.OP_CONNECT);
          channel.finishConnect();
        }
        return socket;
      } catch (ConnectException e) {
        socket.close();
        if (refused == MOST_REFUSALS) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
    }
  }

  /** Says all of {@code out}. */
  void write(ByteBuffer out) throws IOException {
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  /** Hears something; how much, -1 at the end. */
  int read(ByteBuffer in) throws IOException {
    int count = channel.read(in);
    while (count == 0) {
      await(SelectionKey.OP_READ);
      count = channel.read(in);
    }
    return count;
  }

  private void await(int operation) throws IOException {
    channel.register(selector, operation);
    while (true) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left <= 0) {
        throw strange("it does not answer in time");
      }
      if (selector.select(left) > 0) {
        selector.selectedKeys().clear();
        return;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw strange(INTERRUPTED);
      }
    }
  }

  /** The connection alone, without an end in time; closing this does nothing any more. */
  SocketChannel release() {
    try {
      selector.close();
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // closing a selector does not fail
    }
  }

  /** What is thrown when QEMU does what it does not do. */
  static PolderException strange(String what) {
    return new PolderException(ErrorKind.HOST, "QEMU: " + Words.shown(what));
  }

  @Override
  public void close() {
    try {
      channel.close();
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // closing a socket does not fail
    }
  }
}
