package polder.tests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's docker-registry on a port of the loopback interface, filled by skopeo with images that
 * umoci makes.
 */
public final class LocalRegistry implements AutoCloseable {
  /** Who may use it, if not everybody. */
  public static final String USER = "ann";

  /** Her password. */
  public static final String PASSWORD = "open sesame";

  private static final String BCRYPT =
      "ann:$2b$04$dpBna2WNPeBxEks4ykfAtui/SY4yn3Uwj6zMdBXi3nmUOtQRZ9y9W\n";

  private final Path directory;
  private final int port;
  private final boolean closed;
  private Process server;

  private LocalRegistry(boolean closed) {
    for (String program : List.of("docker-registry", "skopeo", "umoci")) {
      Assumptions.assumeTrue(
          Files.isExecutable(Path.of("/usr/bin", program)),
          "no " + program + ": apt install " + program);
    }
    this.closed = closed;
    try {
      directory = Files.createTempDirectory("polder-registry-");
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
        port = free.getLocalPort();
      }
      Files.writeString(directory.resolve("users"), BCRYPT);
      Files.writeString(directory.resolve("config.yml"), configuration());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    umoci("init", "--layout", layout().toString());
    server = serve();
  }

  /** One that everybody may use. */
  public static LocalRegistry open() {
    return new LocalRegistry(false);
  }

  /** One that only {@link #USER} may use. */
  public static LocalRegistry withPassword() {
    return new LocalRegistry(true);
  }

  private String configuration() {
    String users =
        """
        auth:
          htpasswd:
            realm: polder
            path: %s
        """
            .formatted(directory.resolve("users"));
    return """
        version: 0.1
        log: {level: info, accesslog: {disabled: false}}
        storage:
          filesystem: {rootdirectory: %s}
        http: {addr: "127.0.0.1:%d"}
        """
            .formatted(directory.resolve("data"), port)
        + (closed ? users : "");
  }

  private Process serve() {
    try {
      Process process =
          new ProcessBuilder(
                  "/usr/bin/docker-registry", "serve", directory.resolve("config.yml").toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
      TestHost.eventually("the registry answers", () -> status("GET", "/v2/", null) > 0);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path layout() {
    return directory.resolve("layout");
  }

  private Path log() {
    return directory.resolve("log");
  }

  private static void umoci(String... words) {
    List<String> command = new ArrayList<>(List.of("umoci"));
    command.addAll(List.of(words));
    Commands.run(Map.of(), new byte[0], command).ok();
  }

  /** How references to it begin: {@code 127.0.0.1:PORT}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** A directory for what a test makes; it goes with the registry. */
  public Path scratch() {
    try {
      return Files.createDirectories(directory.resolve("scratch"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tarball of one layer, from a shell script that fills the current directory. */
  public Path layer(String name, String script) {
    Path made = scratch().resolve(name);
    String all =
        "mkdir \"$0\"; cd \"$0\"; "
            + script
            + "\ntar --sort=name --numeric-owner --owner=0 --group=0 -cf \"$0.tar\" .";
    Commands.run(Map.of(), new byte[0], List.of("sh", "-euc", all, made.toString())).ok();
    return scratch().resolve(name + ".tar");
  }

  /**
   * Makes an image and sends it.
   *
   * @param name such as {@code app:1}
   * @param config umoci-config(1)'s options
   * @param layers tarballs, the lowest first
   */
  public void publish(String name, List<String> config, Path... layers) {
    String image = layout() + ":" + name.replaceAll("[^a-z0-9]", "-");
    umoci("new", "--image", image);
    for (Path layer : layers) {
      umoci("raw", "add-layer", "--image", image, layer.toString());
    }
    List<String> words = new ArrayList<>(List.of("config", "--image", image));
    words.addAll(config);
    umoci(words.toArray(String[]::new));
    copy("oci:" + image, name);
  }

  /** Copies what skopeo calls {@code source} into it. */
  public void copy(String source, String name, String... more) {
    List<String> words = new ArrayList<>(List.of("skopeo", "copy", "--quiet", "--insecure-policy"));
    words.addAll(List.of("--dest-tls-verify=false", "--dest-creds=" + USER + ":" + PASSWORD));
    words.addAll(List.of(more));
    words.addAll(List.of(source, "docker://" + address() + "/" + name));
    Commands.run(Map.of(), new byte[0], words).ok();
  }

  /** Where umoci's images lie: an OCI layout. */
  public Path images() {
    return layout();
  }

  /** Sends a document as it is. */
  public void put(String repository, String tag, String mediaType, String text) {
    int status = status("PUT", "/v2/%s/manifests/%s".formatted(repository, tag), mediaType, text);
    if (status != 201) {
      throw new AssertionError("the registry answers with " + status);
    }
  }

  /** The manifest of that tag. */
  public String manifest(String repository, String tag) {
    try {
      return client()
          .send(
              request("/v2/%s/manifests/%s".formatted(repository, tag))
                  .header("Accept", "application/vnd.oci.image.manifest.v1+json")
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private int status(String method, String path, @Nullable String mediaType, String... body) {
    try {
      HttpRequest.Builder request =
          request(path)
              .method(
                  method,
                  body.length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body[0]));
      if (mediaType != null) {
        request.header("Content-Type", mediaType);
      }
      return client().send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  private HttpRequest.Builder request(String path) {
    byte[] who = (USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
    return HttpRequest.newBuilder(URI.create("http://" + address() + path))
        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(who));
  }

  /** What was asked with GET since {@code line} lines of its log, blobs only. */
  public List<String> blobsAsked(int line) {
    return asked(line).stream().filter(each -> each.contains("GET /v2/")).toList();
  }

  /** The lines of its access log about blobs after the first {@code line}. */
  public List<String> asked(int line) {
    try (var lines = Files.lines(log(), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(each -> each.contains("/blobs/") && each.contains("HTTP/1.1\" "))
          .skip(line)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the server, as if its machine were gone. */
  public void stop() {
    server.destroyForcibly();
    try {
      if (!server.waitFor(10, TimeUnit.SECONDS)) {
        throw new AssertionError("the registry does not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Starts it again, at the same place. */
  public void start() {
    server = serve();
  }

  @Override
  public void close() {
    stop();
    Commands.run(Map.of(), new byte[0], List.of("rm", "-rf", directory.toString())).ok();
  }
}
