package polder.image.registry;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import polder.image.oci.Digest;

/**
 * A registry that lies as it is told to: HX-4. Everything that it was asked is remembered, with
 * every Authorization field.
 */
final class HostileServer implements AutoCloseable {
  /** One thing that it was asked. */
  record Asked(String method, String target, Map<String, String> headers, String latin1) {
    byte[] body() {
      return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  /** Answers in its own way, or not at all: then the next one does. */
  interface Trick {
    boolean answer(Asked asked, OutputStream out) throws Exception;
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  final Map<String, byte[]> uploads = new ConcurrentHashMap<>();
  private final List<Trick> tricks = new CopyOnWriteArrayList<>();
  private final ServerSocket door;
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /** Listens on that loopback address; over TLS if there is a context. */
  HostileServer(String address, @Nullable SSLContext tls) throws IOException {
    InetAddress here = InetAddress.ofLiteral(address);
    door =
        tls == null
            ? new ServerSocket(0, 50, here)
            : tls.getServerSocketFactory().createServerSocket(0, 50, here);
    Thread.ofPlatform().daemon().name("hostile-" + address).start(this::accept);
  }

  HostileServer(String address) throws IOException {
    this(address, null);
  }

  int port() {
    return door.getLocalPort();
  }

  void trick(Trick trick) {
    tricks.add(trick);
  }

  /** Answers what matches with exactly these bytes, then closes the connection. */
  void raw(Predicate<Asked> when, String answer) {
    trick(
        (what, out) -> {
          if (!when.test(what)) {
            return false;
          }
          out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
          throw new IOException("closed on purpose");
        });
  }

  Digest blob(byte[] content) {
    Digest digest = Digest.of(content);
    blobs.put(digest.value(), content);
    return digest;
  }

  Digest manifest(String tag, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    Digest digest = Digest.of(content);
    manifests.put(digest.value(), content);
    manifests.put(tag, content);
    return digest;
  }

  List<String> authorizations() {
    return asked.stream()
        .map(what -> what.header("authorization"))
        .filter(value -> !value.isEmpty())
        .toList();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket socket = door.accept();
        open.add(socket);
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      } catch (IOException e) {
        // closed, or a handshake that failed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      for (Asked what = read(in); what != null; what = read(in)) {
        asked.add(what);
        answer(what, out);
        out.flush();
      }
    } catch (Exception e) {
      // who asked went away, or a trick said so
    }
  }

  private void answer(Asked what, OutputStream out) throws Exception {
    for (Trick trick : tricks) {
      if (trick.answer(what, out)) {
        return;
      }
      out.flush();
    }
    String last = what.target().substring(what.target().lastIndexOf('/') + 1);
    byte[] found = what.target().contains("/manifests/") ? manifests.get(last) : blobs.get(last);
    if (!what.method().equals("GET") && !what.method().equals("HEAD")) {
      upload(what, out);
    } else if (found == null && what.method().equals("HEAD")) {
      head(out, 404, 2, "");
    } else if (found == null) {
      reply(out, 404, "", "{\"errors\":[{\"code\":\"NOT_HERE\",\"message\":\"no such thing\"}]}");
    } else {
      give(what, found, out);
    }
  }

  private static void give(Asked what, byte[] found, OutputStream out) throws IOException {
    String range = what.header("range");
    int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
    String extra =
        "Docker-Content-Digest: " + Digest.of(found) + "\r\nContent-Type: application/json\r\n";
    if (from > 0) {
      extra += "Content-Range: bytes %d-%d/%d\r\n".formatted(from, found.length - 1, found.length);
    }
    head(out, from > 0 ? 206 : 200, found.length - from, extra);
    if (what.method().equals("GET")) {
      out.write(found, from, found.length - from);
    }
  }

  private void upload(Asked what, OutputStream out) throws IOException {
    String target = what.target();
    String query = target.contains("?") ? target.substring(target.indexOf('?') + 1) : "";
    if (target.contains("/manifests/")) {
      manifests.put(target.substring(target.lastIndexOf('/') + 1), what.body());
      manifests.put(Digest.of(what.body()).value(), what.body());
      reply(out, 201, "", "");
    } else if (what.method().equals("POST") && query.startsWith("mount=") && mounts(query)) {
      reply(out, 201, "", "");
    } else if (what.method().equals("POST")) {
      reply(out, 202, "Location: /v2/up/%d?state=a%%2Fb\r\n".formatted(uploads.size()), "");
    } else {
      String place = target.replaceFirst("\\?.*", "");
      byte[] before = uploads.getOrDefault(place, new byte[0]);
      byte[] after = Arrays.copyOf(before, before.length + what.body().length);
      System.arraycopy(what.body(), 0, after, before.length, what.body().length);
      uploads.put(place, after);
      if (what.method().equals("PATCH")) {
        reply(out, 202, "Location: %s\r\n".formatted(target), "");
      } else {
        boolean right = query.endsWith("digest=" + Digest.of(after));
        blobs.put(Digest.of(after).value(), after);
        reply(out, right ? 201 : 400, "", "");
      }
    }
  }

  private boolean mounts(String query) {
    return query.endsWith("from=other")
        && blobs.containsKey(query.substring(6, query.indexOf('&')));
  }

  static void reply(OutputStream out, int status, String extra, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    head(out, status, bytes.length, extra);
    out.write(bytes);
  }

  /** Sends these characters at once. */
  static void text(OutputStream out, String latin1) throws IOException {
    out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  static void head(OutputStream out, int status, long length, String extra) throws IOException {
    String head = "HTTP/1.1 %d x\r\nContent-Length: %d\r\n%s\r\n".formatted(status, length, extra);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static @Nullable Asked read(InputStream in) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    String[] words = first.split(" ");
    return new Asked(words[0], words[1], headers, new String(body, StandardCharsets.ISO_8859_1));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
