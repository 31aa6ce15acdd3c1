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
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Speaks QMP with a QEMU that may have been taken over by its guest: a JSON object a line, answers
 * matched by {@code id}, events passed over. Everything is bounded: the time for all that is done
 * through one of these, the length of a line, and how much may come before an answer.
 *
 * <p>For one thread.
 */
final class Qmp implements AutoCloseable {
  private static final FileName SOCKET = FileName.of(QemuCommand.SOCKET);
  private static final int MOST_REFUSALS = 100;
  private static final int LONGEST_LINE = 1 << 20;
  private static final int MOST_BYTES = 16 << 20; // of events and what else nobody asked for

  private final SocketChannel channel;
  private final Selector selector;
  private final long deadline;
  private final ByteBuffer got = ByteBuffer.allocate(8192).flip();
  private long bytes;
  private long last; // id of a command

  private Qmp(SocketChannel channel, Selector selector, long deadline) {
    this.channel = channel;
    this.selector = selector;
    this.deadline = deadline;
  }

  /**
   * Connects to the QEMU in the cage whose root is {@code root}.
   *
   * <p>The socket is found without following a link and held, and it is what is held that is
   * connected to: QEMU can put anything in its place, but nothing of the host's. One that was only
   * just started has not made it yet: that is waited for.
   *
   * @param limit for all that is done until this is closed
   * @throws PolderException HOST if it does not answer as QEMU does
   */
  static Qmp open(Directory root, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    FilePath place = FilePath.of(QemuCommand.CONTROL.substring(1));
    try (Directory control = root.enter(place, Walk.NO_LINKS)) {
      await(control, deadline);
      return connect(control, deadline);
    } catch (SyscallException e) {
      throw strange("its control socket is not there: " + e.getMessage());
    }
  }

  private static Qmp connect(Directory control, long deadline) {
    try (Node socket = control.node(SOCKET)) {
      if (socket.stat().type() != FileType.SOCKET) {
        throw strange("it has put something else in the place of its control socket");
      }
      return connect(UnixDomainSocketAddress.of(socket.procPath().toString()), deadline);
    }
  }

  /** Returns when something is in the socket's place; inotify(7) tells. */
  private static void await(Directory control, long deadline) {
    if (control.find(SOCKET).isPresent()) {
      return;
    }
    try (Node held = Node.of(control.fd().duplicate());
        WatchService news = FileSystems.getDefault().newWatchService()) {
      var _ = Path.of(held.procPath().toString()).register(news, ENTRY_CREATE);
      while (control.find(SOCKET).isEmpty()) {
        WatchKey key = news.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (key == null) {
          throw strange("it does not make its control socket in time");
        }
        key.pollEvents();
        var _ = key.reset();
      }
    } catch (IOException e) {
      throw strange(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw strange("interrupted while it was waited for");
    }
  }

  /** Connects to the QEMU that listens at {@code address}. */
  static Qmp connect(UnixDomainSocketAddress address, long deadline) {
    @Nullable Qmp qmp = null;
    try {
      qmp = dial(address, deadline);
      if (!(qmp.line().get("QMP") instanceof Map)) {
        throw strange("it does not greet as QEMU does");
      }
      var _ = qmp.execute("qmp_capabilities", Map.of());
      Qmp opened = qmp;
      qmp = null;
      return opened;
    } catch (IOException e) {
      throw strange(String.valueOf(e.getMessage()));
    } finally {
      if (qmp != null) {
        qmp.close();
      }
    }
  }

  /**
   * Connects. Who has made a socket does not listen at it yet, for the moment between two calls.
   */
  private static Qmp dial(UnixDomainSocketAddress address, long deadline) throws IOException {
    for (int refused = 0; ; refused++) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      Qmp qmp = new Qmp(channel, Selector.open(), deadline);
      try {
        channel.configureBlocking(false);
        if (!channel.connect(address)) {
          qmp.await(SelectionKey.OP_CONNECT);
          channel.finishConnect();
        }
        return qmp;
      } catch (ConnectException e) {
        qmp.close();
        if (refused == MOST_REFUSALS) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      } catch (IOException | RuntimeException e) {
        qmp.close();
        throw e;
      }
    }
  }

  /**
   * Has QEMU do something.
   *
   * @return what it answers
   * @throws PolderException HOST if it refuses, or does not answer in time
   */
  Object execute(String command, Map<String, Object> arguments) {
    String id = "polder-" + ++last;
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("execute", command);
    if (!arguments.isEmpty()) {
      request.put("arguments", arguments);
    }
    request.put("id", id);
    try {
      send(Json.write(request) + "\n");
      while (true) {
        Map<String, Object> line = line();
        if (line.containsKey("event")) {
          continue;
        }
        if (!id.equals(line.get("id"))) {
          throw strange("it answers what nobody asked");
        }
        if (line.get("error") instanceof Map<?, ?> error) {
          throw strange("%s: %s".formatted(command, error.get("desc")));
        }
        Object answer = line.get("return");
        if (answer == null) {
          throw strange("it answers neither with a result nor with an error");
        }
        return answer;
      }
    } catch (IOException e) {
      throw strange(String.valueOf(e.getMessage()));
    }
  }

  private void send(String text) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  private Map<String, Object> line() throws IOException {
    byte[] line = new byte[256];
    int length = 0;
    while (true) {
      while (got.hasRemaining()) {
        byte next = got.get();
        if (next == '\n') {
          return object(line, length);
        }
        if (length == LONGEST_LINE) {
          throw strange("it says a line of more than %d bytes".formatted(LONGEST_LINE));
        }
        if (length == line.length) {
          line = Arrays.copyOf(line, 2 * length);
        }
        line[length++] = next;
      }
      fill();
    }
  }

  private static Map<String, Object> object(byte[] line, int length) {
    try {
      return Json.asObject(Json.read(line, 0, length));
    } catch (PolderException e) {
      throw strange("it says something that is no object of JSON");
    }
  }

  private void fill() throws IOException {
    got.clear();
    int count = channel.read(got);
    while (count == 0) {
      await(SelectionKey.OP_READ);
      count = channel.read(got);
    }
    got.flip();
    if (count < 0) {
      got.position(got.limit());
      throw strange("it has hung up");
    }
    bytes += count;
    if (bytes > MOST_BYTES) {
      throw strange("it says more than %d bytes".formatted(MOST_BYTES));
    }
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
    }
  }

  private static PolderException strange(String what) {
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
