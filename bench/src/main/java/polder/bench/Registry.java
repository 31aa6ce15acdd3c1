package polder.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import polder.linux.Child;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;

/**
 * Debian's docker-registry on the loopback interface, with an image of eight layers of gzip: half
 * of their content is random, half is text; a third of it lies in large files, the rest in small
 * ones.
 */
final class Registry implements AutoCloseable {
  static final String NAME = "bench/image:1";

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int LAYERS = 8;
  private static final int MEBIBYTE = 1 << 20;

  private final Path layout;
  private final int port;
  private final Child server;

  private Registry(Path layout, int port, Child server) {
    this.layout = layout;
    this.port = port;
    this.server = server;
  }

  /** The stage's registry. */
  static Registry of(Stage stage) {
    return stage.prop(Registry.class, Registry::make);
  }

  private static Registry make(Stage stage) {
    for (String program : List.of("docker-registry", "skopeo", "umoci", "tar")) {
      program(program);
    }
    try {
      Path directory = Files.createDirectory(stage.directory().resolve("registry"));
      Path layout = directory.resolve("layout");
      image(stage, directory, layout);
      int port = freePort();
      Path config = directory.resolve("config.yml");
      Files.writeString(
          config,
          """
          version: 0.1
          log: {level: error, accesslog: {disabled: true}}
          storage:
            filesystem: {rootdirectory: %s}
          http: {addr: "127.0.0.1:%d"}
          """
              .formatted(directory.resolve("data"), port));
      ProgramBuilder p = Program.builder(Set.of());
      String server = program("docker-registry");
      p.exec(server, List.of(server, "serve", config.toString()), List.of("PATH=/usr/bin:/bin"));
      Registry made = new Registry(layout, port, stage.launcher().launch(p.build()));
      try {
        made.awaitAnswer(stage);
        Command.of(
                stage,
                program("skopeo"),
                "copy",
                "--quiet",
                "--insecure-policy",
                "--dest-tls-verify=false",
                "oci:" + layout + ":1",
                "docker://" + made.reference())
            .run();
        return made;
      } catch (RuntimeException e) {
        made.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String program(String name) {
    return Command.find(name)
        .orElseThrow(() -> new Missing("no %s here: apt install %s".formatted(name, name)))
        .toString();
  }

  private static void image(Stage stage, Path directory, Path layout) throws IOException {
    String umoci = program("umoci");
    Command.of(stage, umoci, "init", "--layout", layout.toString()).run();
    Command.of(stage, umoci, "new", "--image", layout + ":1").run();
    for (int i = 0; i < LAYERS; i++) {
      Path tree = Files.createDirectory(directory.resolve("layer" + i));
      fill(tree.resolve("data" + i), stage.crowd(300) * MEBIBYTE / LAYERS, new Random(i));
      if (i == 0) {
        Files.createDirectories(tree.resolve("bin"));
        Files.copy(
            Userland.of(stage).root().resolve("bin/busybox"), tree.resolve("bin").resolve("sh"));
      }
      Path tar = directory.resolve("layer" + i + ".tar");
      Command.of(
              stage,
              program("tar"),
              "--numeric-owner",
              "-C",
              tree.toString(),
              "-cf",
              tar.toString(),
              ".")
          .run();
      Command.of(stage, umoci, "raw", "add-layer", "--image", layout + ":1", tar.toString()).run();
      Files.delete(tar);
      stage.checkGoing();
    }
  }

  private static void fill(Path directory, int bytes, Random random) throws IOException {
    byte[] piece = new byte[16 << 10];
    int left = bytes;
    for (int file = 0; left > 0; file++) {
      Path place = directory.resolve("d" + file % 50);
      Files.createDirectories(place);
      int size = Math.min(left, file % 64 == 0 ? MEBIBYTE / 2 : piece.length);
      try (OutputStream out = Files.newOutputStream(place.resolve("file" + file))) {
        for (int done = 0; done < size; done += piece.length) {
          random.nextBytes(piece);
          for (int i = 0; i < piece.length / 2; i++) {
            piece[i] = (byte) ('a' + (piece[i] & 3));
          }
          out.write(piece, 0, Math.min(piece.length, size - done));
        }
      }
      left -= size;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }

  private void awaitAnswer(Stage stage) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
        return;
      } catch (IOException e) {
        if (System.nanoTime() - until > 0) {
          throw new UncheckedIOException(e);
        }
        stage.rest(Duration.ofMillis(20));
      }
    }
  }

  /** The image, as references name it. */
  String reference() {
    return "127.0.0.1:%d/%s".formatted(port, NAME);
  }

  /** The image's layers as they are sent. */
  List<Path> layers() {
    List<Path> blobs = new ArrayList<>();
    try (var all = Files.list(layout.resolve("blobs/sha256"))) {
      for (Path blob : all.sorted().toList()) {
        try (var in = Files.newInputStream(blob)) {
          if (in.read() == 0x1f) {
            blobs.add(blob);
          }
        }
      }
      return blobs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.pidfd().signal(Signal.KILL);
    server.pidfd().await();
    server.close();
  }
}
