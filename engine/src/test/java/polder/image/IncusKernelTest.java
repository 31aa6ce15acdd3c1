package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.image.oci.Platform;
import polder.linux.Bytes;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

@Tag("kernel")
class IncusKernelTest {
  @TempDir Path temp;

  private static String metadata() {
    return """
        architecture: %s
        creation_date: 1700025840
        properties:
          description: Alpine 3.20
          serial: "20231115_05:24"
        """
        .formatted(Platform.host().arch().equals("arm64") ? "aarch64" : "x86_64");
  }

  private static Archive unified(String metadata) {
    return new Archive()
        .file("metadata.yaml", metadata)
        .directory("templates/")
        .file("templates/hostname.tpl", "{{ container.name }}")
        .entry(
            TarEntry.empty(Bytes.of("rootfs/"), TarType.DIRECTORY, 0711, Bytes.EMPTY, Archive.TIME)
                .owned(3, 4))
        .directory("rootfs/etc/")
        .file("rootfs/etc/motd", "hello")
        .symlink("rootfs/link", "/etc/motd")
        .hardLink("rootfs/etc/other", "rootfs/etc/motd");
  }

  private static byte[] split(String metadata, byte[] root) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("incus-metadata", Forge.gzip(new Archive().file("metadata.yaml", metadata).bytes()));
    files.put("incus-rootfs", root);
    return Forge.tar(files);
  }

  private static byte[] root() {
    return new Archive().directory("etc/").file("etc/motd", "hello").bytes();
  }

  private LocalStore open() {
    return LocalStore.open(temp.resolve("images"), image -> false, Limits.DEFAULT);
  }

  private static Image take(LocalStore store, byte[] archive) {
    return store.importTarball(
        new ByteArrayInputStream(archive), ImageRequest.of("a"), Progress.NONE);
  }

  private long count(String folder) throws IOException {
    try (var files = Files.list(temp.resolve("images").resolve(folder))) {
      return files.count();
    }
  }

  @Test
  void takesUnifiedAndSplitImages() throws IOException {
    try (LocalStore store = open()) {
      List<byte[]> archives =
          List.of(
              unified(metadata()).bytes(),
              Forge.gzip(unified(metadata()).bytes()),
              split(metadata(), root()),
              split(metadata(), Forge.gzip(root())));
      for (byte[] archive : archives) {
        Image image = take(store, archive);
        assertEquals(Optional.of("Alpine 3.20"), image.about().description());
        assertEquals(Optional.of("20231115_05:24"), image.about().version());
        assertEquals(Optional.of(Instant.ofEpochSecond(1_700_025_840)), image.about().published());
        Path tree = store.layers(image.uuid()).get(0);
        assertEquals("hello", Files.readString(tree.resolve("etc/motd")));
        assertFalse(Files.exists(tree.resolve("metadata.yaml")));
        assertFalse(Files.exists(tree.resolve("rootfs")));
        try (var beside = Files.list(tree.getParent())) {
          assertEquals(
              List.of("manifest.json", "root"),
              beside.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals(0, count("unfinished"));
        store.delete("a");
      }
      Path tree = store.layers(take(store, archives.get(0)).uuid()).get(0);
      assertEquals(0711, (int) Files.getAttribute(tree, "unix:mode") & 07777);
      assertEquals(3, Files.getAttribute(tree, "unix:uid"));
      assertEquals(2, Files.getAttribute(tree.resolve("etc/other"), "unix:nlink"));
    }
  }

  @Test
  void aUserlandWithSuchAFileIsAUserland() throws IOException {
    try (LocalStore store = open()) {
      byte[] archive =
          new Archive()
              .directory("etc/")
              .file("etc/motd", "x")
              .file("metadata.yaml", "a: b")
              .bytes();
      Path tree = store.layers(take(store, archive).uuid()).get(0);
      assertTrue(Files.exists(tree.resolve("metadata.yaml")));
    }
  }

  @Test
  @DisplayName("S-IMG-02 an image of Incus is read nowhere outside, what is no userland is refused")
  void refusesOthers() throws IOException {
    byte[] squashfs = "hsqs1234".getBytes(StandardCharsets.US_ASCII);
    byte[] qcow2 = "QFI\u00fb1234".getBytes(StandardCharsets.ISO_8859_1);
    String machine = metadata().replaceFirst("architecture: .*", "architecture: s390x");
    List<Map.Entry<byte[], ErrorKind>> refused = new ArrayList<>();
    refused.add(Map.entry(split(metadata(), squashfs), ErrorKind.UNSUPPORTED));
    refused.add(Map.entry(split(metadata(), qcow2), ErrorKind.UNSUPPORTED));
    refused.add(Map.entry(split(machine, root()), ErrorKind.UNSUPPORTED));
    refused.add(Map.entry(unified(machine).bytes(), ErrorKind.UNSUPPORTED));
    refused.add(
        Map.entry(
            new Archive().file("metadata.yaml", metadata()).file("rootfs.img", "x").bytes(),
            ErrorKind.UNSUPPORTED));
    refused.add(
        Map.entry(
            new Archive().file("metadata.yaml", metadata()).file("rootfs.squashfs", "x").bytes(),
            ErrorKind.UNSUPPORTED));
    refused.add(
        Map.entry(new Archive().file("metadata.yaml", metadata()).bytes(), ErrorKind.INVALID));
    refused.add(
        Map.entry(
            new Archive().file("metadata.yaml", metadata()).symlink("rootfs", "/").bytes(),
            ErrorKind.INVALID));
    refused.add(Map.entry(unified("a: &b c").bytes(), ErrorKind.INVALID));
    refused.add(Map.entry(split("a: &b c", root()), ErrorKind.INVALID));
    refused.add(Map.entry(split(metadata(), new byte[0]), ErrorKind.INVALID));
    refused.add(
        Map.entry(
            Forge.tar(
                Map.of(
                    "incus-metadata",
                    new Archive().symlink("metadata.yaml", "/etc/passwd").bytes(),
                    "incus-rootfs",
                    root())),
            ErrorKind.INVALID));
    try (LocalStore store = open()) {
      for (Map.Entry<byte[], ErrorKind> one : refused) {
        PolderException e = assertThrows(PolderException.class, () -> take(store, one.getKey()));
        assertEquals(one.getValue(), e.kind(), e.toString());
        assertEquals(List.of(), store.list());
        assertEquals(0, count("unfinished"));
      }
    }
  }

  @Test
  @DisplayName("S-API-10 changed images of Incus are taken in or refused, with one sentence")
  void changed() throws IOException {
    int rounds = Boolean.getBoolean("polder.full") ? 1000 : 150;
    Random random = new Random(13);
    byte[] unified = unified(metadata()).bytes();
    byte[] split = split(metadata(), root());
    try (LocalStore store = open()) {
      for (int round = 0; round < rounds; round++) {
        byte[] changed = (round % 2 == 0 ? unified : split).clone();
        for (int change = random.nextInt(4); change >= 0; change--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        if (round % 5 == 0) {
          changed = Arrays.copyOf(changed, random.nextInt(changed.length));
        }
        try {
          store.delete(take(store, changed).digest());
        } catch (PolderException e) {
          assertFalse(e.kind() == ErrorKind.HOST, e.toString());
        }
        assertEquals(0, count("unfinished"), "round " + round);
        assertEquals(List.of(), store.list());
      }
    }
  }
}
