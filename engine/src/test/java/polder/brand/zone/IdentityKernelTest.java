package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Tree;
import polder.model.Brand;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What a clone's files say of who it is, whatever its original put there. */
@Tag("kernel")
class IdentityKernelTest {
  private static final ZoneSpec COPY = ZoneSpec.of(Brand.LX).with(ZoneProperties.ALIAS, "copy");
  private static final String OLD = "0123456789abcdef0123456789abcdef\n";

  private Path home;

  @BeforeEach
  void open() throws IOException {
    home = Files.createTempDirectory(Path.of("/var/tmp"), "polder-identity-");
  }

  @AfterEach
  void close() {
    try (Directory parent = Directory.open(Path.of("/var/tmp"))) {
      Tree.delete(parent, FileName.of(String.valueOf(home.getFileName())));
    }
  }

  private static void renew(Path root) {
    try (Directory directory = Directory.open(root)) {
      Identity.renew(directory, COPY);
    }
  }

  /** A root with what tells a zone, and keys of these types. */
  private Path root(String name, String... types) throws IOException {
    Path root = home.resolve(name);
    Files.createDirectories(root.resolve("etc/ssh"));
    Files.createDirectories(root.resolve("var/lib/dbus"));
    Files.writeString(root.resolve("etc/machine-id"), OLD);
    Files.createSymbolicLink(root.resolve("var/lib/dbus/machine-id"), Path.of("/etc/machine-id"));
    for (String type : types) {
      Files.writeString(root.resolve("etc/ssh/ssh_host_" + type + "_key"), "old");
      Files.writeString(root.resolve("etc/ssh/ssh_host_" + type + "_key.pub"), "old");
    }
    return root;
  }

  @Test
  void whatTheOriginalHasIsReplacedAndNothingElseMade() throws IOException {
    Path root = root("honest", "rsa", "ed25519");
    renew(root);
    String id = Files.readString(root.resolve("etc/machine-id"));
    assertNotEquals(OLD, id);
    assertTrue(id.matches("[0-9a-f]{32}\\n"), id);
    assertTrue(Files.isSymbolicLink(root.resolve("var/lib/dbus/machine-id")));
    for (String type : List.of("rsa", "ed25519")) {
      Path key = root.resolve("etc/ssh/ssh_host_" + type + "_key");
      assertTrue(Files.readString(key).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
      assertTrue(Files.readString(Path.of(key + ".pub")).endsWith(" root@copy\n"));
    }
    assertFalse(Files.exists(root.resolve("etc/ssh/ssh_host_ecdsa_key")));

    Path bare = Files.createDirectories(home.resolve("bare"));
    renew(bare);
    try (Stream<Path> files = Files.list(bare)) {
      assertEquals(0, files.count());
    }
    Files.createDirectories(bare.resolve("etc"));
    Files.createFile(bare.resolve("etc/machine-id"));
    renew(bare);
    assertEquals(0, Files.size(bare.resolve("etc/machine-id")), "the first boot fills it");
  }

  @Test
  @DisplayName("S-PATH-01 no link in a clone's root leads out of it when it gets its own keys")
  void hostileLinksLeadNowhere() throws IOException, InterruptedException {
    Path canary = Files.createDirectories(home.resolve("canary"));
    Files.writeString(canary.resolve("machine-id"), OLD);
    Files.writeString(canary.resolve("ssh_host_rsa_key"), "untouched");
    Map<String, String> shapes =
        Map.of(
            "a link to the host", "ln -s \"$2\" \"$1\"",
            "a link to a file of the host", "ln -s \"$2/machine-id\" \"$1\"",
            "a link to a key of the host", "ln -s \"$2/ssh_host_rsa_key\" \"$1\"",
            "a link upwards", "ln -s ../../../../../../../../../..\"$2\" \"$1\"",
            "a link to nothing", "ln -s /no/where \"$1\"",
            "a link to itself", "ln -s \"$1\" \"$1\"",
            "a link to a magic link", "ln -s /proc/self/root\"$2\" \"$1\"",
            "a directory", "mkdir \"$1\"",
            "a FIFO", "mkfifo \"$1\"",
            "a hard link", "ln \"$2/machine-id\" \"$1\"");
    List<String> paths =
        List.of(
            "etc",
            "etc/ssh",
            "etc/machine-id",
            "etc/hostname",
            "etc/ssh/ssh_host_ed25519_key",
            "etc/ssh/ssh_host_ed25519_key.pub",
            "var",
            "var/lib",
            "var/lib/dbus",
            "var/lib/dbus/machine-id");
    List<String> touched = new ArrayList<>();
    int tried = 0;
    for (String path : paths) {
      for (Map.Entry<String, String> shape : shapes.entrySet()) {
        Path root = root("hostile-" + tried++, "ed25519");
        Path place = root.resolve(path);
        run("rm -rf \"$1\" && " + shape.getValue(), place.toString(), canary.toString());
        renew(root);
        if (!Files.readString(canary.resolve("machine-id")).equals(OLD)
            || !Files.readString(canary.resolve("ssh_host_rsa_key")).equals("untouched")
            || canary.toFile().list().length != 2) {
          touched.add(path + " as " + shape.getKey());
        }
      }
    }
    assertEquals(List.of(), touched);
    assertEquals(100, tried);
  }

  private static void run(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), script);
  }
}
