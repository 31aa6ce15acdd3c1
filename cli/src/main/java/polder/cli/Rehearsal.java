package polder.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import polder.cli.call.Caller;
import polder.model.Json;
import polder.model.Zone;
import polder.model.ZoneSpec;
import polder.model.ZoneStatus;

/**
 * Does what the command line does most, against a socket that plays a host of 200 zones: the build
 * lets the JVM watch this and keeps what it learned (JEP 514).
 *
 * <p>The player speaks just enough HTTP. A real server here would put its classes into the cache,
 * and every start of the command line would load them.
 */
public final class Rehearsal {
  private static final int ZONES = 200;

  /** What {@code list} shows, or the rehearsal asks for. */
  private static final List<String> FIELDS =
      List.of("uuid", "type", "max_physical_memory", "state", "alias");

  private Rehearsal() {}

  /** Rehearses, with the socket in the directory that is named; then, if asked, stays as a host. */
  public static void main(String[] arguments) throws IOException {
    Path socket = Path.of(arguments[0]).resolve("rehearsal-" + ProcessHandle.current().pid());
    boolean stay = arguments.length > 1 && arguments[1].equals("stay");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread player = Thread.ofPlatform().daemon(!stay).start(() -> play(server));
      if (stay) {
        System.out.println(socket);
        player.join();
        return;
      }
      for (List<String> words :
          List.of(
              List.of("list"),
              List.of("list", "-p", "-o", "alias,state", "-s", "-memory", "state=~run"),
              List.of("list", "-j"),
              List.of("get", "zone-7"),
              List.of("start", "zone-7"),
              List.of("create"),
              List.of("nonsense"),
              List.of("exec", "--help"),
              List.of("version"))) {
        new Dispatcher(caller(socket)).run(words);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Files.deleteIfExists(socket);
    }
  }

  /** As {@link Main} makes it from the real environment, but for the host. */
  private static Caller caller(Path socket) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("POLDER_HOST", "unix://" + socket);
    return Main.caller(environment);
  }

  private static void play(ServerSocketChannel server) {
    byte[] one = answer(zone(7).write());
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < ZONES; i++) {
      all.add(zone(i).write());
    }
    byte[] whole = answer(all);
    all.forEach(z -> z.keySet().retainAll(FIELDS));
    byte[] list = answer(all);
    while (true) {
      try (SocketChannel client = server.accept()) {
        String request = request(Channels.newInputStream(client));
        Channels.newOutputStream(client)
            .write(
                request.startsWith("GET /v1/zones ")
                    ? whole
                    : request.startsWith("GET /v1/zones?") ? list : one);
      } catch (IOException e) {
        if (!server.isOpen()) {
          return; // the rehearsal is over
        }
      }
    }
  }

  private static byte[] answer(Object tree) {
    byte[] body = Json.write(tree).getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length
                + "\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[head.length + body.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }

  /** The request's head; its body is not waited for. */
  private static String request(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.append((char) c);
      if (c == '\n' && head.toString().endsWith("\r\n\r\n")) {
        break;
      }
    }
    return head.toString();
  }

  private static Zone zone(int number) {
    ZoneSpec spec =
        ZoneSpec.read(
            Map.of(
                "uuid",
                new UUID(0x5a8c_2a2e_0000_4000L, 0x8000_0000_0000_0000L + number).toString(),
                "alias",
                "zone-" + number,
                "brand",
                "lx",
                "image_uuid",
                "5a8c2a2e-0000-4000-8000-0000000000ff",
                "max_physical_memory",
                256L,
                "cmd",
                List.of("sleep", "infinity"),
                "tags",
                Map.of("role", "web")));
    Instant created = Instant.parse("2026-11-23T10:00:00Z");
    return new Zone(
        spec, ZoneStatus.configured(created), "/var/lib/polder/zones/" + number, List.of());
  }
}
