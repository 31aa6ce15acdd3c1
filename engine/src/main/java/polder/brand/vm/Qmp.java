package polder.brand.vm;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import polder.linux.Directory;
import polder.linux.FileName;
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
  private static final int LONGEST_LINE = 1 << 20;
  private static final int MOST_BYTES = 16 << 20; // of events and what else nobody asked for

  private final QemuSocket socket;
  private final ByteBuffer got = ByteBuffer.allocate(8192).flip();
  private long bytes;
  private long last; // id of a command

  private Qmp(QemuSocket socket) {
    this.socket = socket;
  }

  /**
   * Connects to the QEMU in the cage whose root is {@code root}.
   *
   * @param limit for all that is done until this is closed
   * @throws PolderException HOST if it does not answer as QEMU does
   */
  static Qmp open(Directory root, Duration limit) {
    return greeted(new Qmp(QemuSocket.open(root, SOCKET, limit)));
  }

  /** Connects to the QEMU that listens at {@code address}. */
  static Qmp connect(UnixDomainSocketAddress address, long deadline) {
    try {
      return greeted(new Qmp(QemuSocket.dial(address, deadline)));
    } catch (IOException e) {
      throw strange(String.valueOf(e.getMessage()));
    }
  }

  private static Qmp greeted(Qmp qmp) {
    try {
      if (!(qmp.line().get("QMP") instanceof Map)) {
        throw strange("it does not greet as QEMU does");
      }
      var _ = qmp.execute("qmp_capabilities", Map.of());
      return qmp;
    } catch (IOException e) {
      qmp.close();
      throw strange(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      qmp.close();
      throw e;
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
    socket.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
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
    int count = socket.read(got);
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

  private static PolderException strange(String what) {
    return QemuSocket.strange(what);
  }

  @Override
  public void close() {
    socket.close();
  }
}
