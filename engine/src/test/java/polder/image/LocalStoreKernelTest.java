package polder.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Bytes;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

@Tag("kernel")
class LocalStoreKernelTest {
  private final Set<UUID> used = new HashSet<>();
  @TempDir Path temp;

  @Test
  void keepsWhatWasImportedAlsoAfterItIsOpenedAgain() throws IOException {
    ImageConfig config =
        new ImageConfig(
            List.of("/bin/sh"),
            List.of("-c", "true"),
            Map.of("A", "b"),
            Optional.of("/srv"),
            Optional.of("nobody"),
            Optional.of("TERM"),
            Map.of("l", "v"));
    Image image;
    try (LocalStore store = open()) {
      image = store.importTarball(gzip("hello"), new ImageRequest("debian", "12", config), none());
      assertEquals(5, image.size());
    }
    try (LocalStore store = open()) {
      assertEquals(List.of(image), store.list());
      assertEquals(image, store.get("debian:12"));
      assertEquals(image, store.get(image.uuid().toString()));
      assertEquals(image, store.get(image.digest()));
      assertEquals(image, store.get(image.digest().substring(7, 19)));
      assertEquals(ErrorKind.NOT_FOUND, kind(() -> store.get("debian")));
      assertEquals(ErrorKind.NOT_FOUND, kind(() -> store.get(image.digest().substring(0, 12))));
      Path root = store.layers(image.uuid()).get(0);
      assertEquals("hello", Files.readString(root.resolve("etc/motd")));
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(images())));
      assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(root)));
    }
  }

  @Test
  void theSameContentIsOneTreeWithTwoNames() throws IOException {
    try (LocalStore store = open()) {
      Image one = store.importTarball(gzip("hello"), ImageRequest.of("one"), none());
      Image two = store.importTarball(gzip("hello"), ImageRequest.of("two:2"), none());
      assertEquals(one.uuid(), two.uuid());
      assertEquals(2, store.list().size());
      assertEquals(1, count("sha256"));
      assertEquals(0, count("unfinished"));
      used.add(one.uuid());
      store.delete("one");
      assertEquals(List.of(two), store.list());
      assertEquals(ErrorKind.WRONG_STATE, kind(() -> store.delete("two:2")));
      used.clear();
      ImageHold hold = store.hold(one.uuid());
      assertEquals(ErrorKind.WRONG_STATE, kind(() -> store.delete("two:2")));
      hold.close();
      store.delete(two.digest());
      assertEquals(List.of(), store.list());
      assertEquals(0, count("sha256") + count("unfinished"));
    }
  }

  @Test
  @DisplayName("S-IMG-11 a name moves only when it is asked to")
  void aNameMovesOnlyWhenAsked() throws IOException {
    try (LocalStore store = open()) {
      Image old = store.importTarball(gzip("old"), ImageRequest.of("app"), none());
      assertEquals(
          ErrorKind.EXISTS,
          kind(() -> store.importTarball(gzip("new"), ImageRequest.of("app"), none())));
      assertEquals(List.of(old), store.list());
      Image other = store.importTarball(gzip("new"), ImageRequest.of("app:next"), none());
      store.tag("app:next", "app");
      assertEquals(other.uuid(), store.get("app").uuid());
      assertEquals("untagged", store.get(old.uuid().toString()).tag());
    }
    try (LocalStore store = open()) {
      assertEquals(3, store.list().size());
      assertEquals(List.of(), store.damages());
    }
  }

  @Test
  @DisplayName("R-CRASH an import that ends at any byte leaves nothing")
  void anImportThatIsCutOffLeavesNothing() throws IOException {
    byte[] whole = gzip("hello").readAllBytes();
    try (LocalStore store = open()) {
      for (int length = 0; length < whole.length; length += 7) {
        byte[] part = Arrays.copyOf(whole, length);
        assertEquals(
            ErrorKind.INVALID,
            kind(
                () ->
                    store.importTarball(
                        new ByteArrayInputStream(part), ImageRequest.of("a"), none())),
            "cut at " + length);
        assertEquals(0, count("sha256") + count("unfinished"));
      }
    }
    Files.createDirectories(images().resolve("unfinished/killed/root/etc"));
    open().close();
    assertEquals(0, count("unfinished"));
  }

  @Test
  @DisplayName("R-DISK-08 a damaged image is set aside and named, the others stay")
  void aDamagedImageIsSetAside() throws IOException {
    Image good;
    Image bad;
    try (LocalStore store = open()) {
      good = store.importTarball(gzip("good"), ImageRequest.of("good"), none());
      bad = store.importTarball(gzip("bad"), ImageRequest.of("bad"), none());
    }
    String digits = bad.digest().substring(7);
    Path manifest = images().resolve("sha256").resolve(digits).resolve("manifest.json");
    byte[] bytes = Files.readAllBytes(manifest);
    for (int i = 0; i < bytes.length; i += bytes.length / 40) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 1;
      Files.write(manifest, flipped);
      try (LocalStore store = open()) {
        assertTrue(store.list().contains(good));
        if (store.damages().isEmpty()) {
          continue; // the flip was in white space, say
        }
        assertEquals(List.of(good), store.list());
        assertTrue(store.damages().get(0).contains(digits));
      }
      Files.move(images().resolve("damaged").resolve(digits), manifest.getParent());
    }
    Files.write(manifest, new byte[0]);
    try (LocalStore store = open()) {
      assertEquals(1, store.damages().size());
      assertEquals(
          bad.uuid(), store.importTarball(gzip("bad"), ImageRequest.of("bad"), none()).uuid());
    }
  }

  @Test
  @DisplayName("S-IMG-06 S-PATH-04 what is no reference names no file and no image")
  void whatIsNoReferenceNamesNothing() throws IOException {
    try (LocalStore store = open()) {
      Image image = store.importTarball(gzip("a"), ImageRequest.of("a"), none());
      String digits = image.digest().substring(7);
      for (String reference :
          List.of(
              "",
              ".",
              "..",
              "../a",
              "/a",
              "a/",
              "a:",
              ":a",
              ":latest",
              "a:latest:x",
              "A",
              "a\0",
              "a\n",
              "-a",
              "%2e%2e",
              "sha256:",
              "sha256:../x",
              "sha256:" + digits.toUpperCase(Locale.ROOT),
              "sha256:" + digits.substring(1),
              "sha256:" + digits + "0",
              "sha512:" + digits,
              digits + "/root",
              digits.substring(0, 11),
              "x".repeat(300))) {
        assertEquals(ErrorKind.NOT_FOUND, kind(() -> store.get(reference)), reference);
        assertEquals(ErrorKind.NOT_FOUND, kind(() -> store.delete(reference)), reference);
        assertEquals(ErrorKind.NOT_FOUND, kind(() -> store.tag(reference, "b")), reference);
      }
      for (String name : List.of("", "..", "../a", "A", "a/", "a:", "a:.", "a: ", "a\0", "-a")) {
        assertEquals(ErrorKind.INVALID, kind(() -> store.tag("a", name)), name);
      }
      assertEquals(List.of(image), store.list());
    }
  }

  @Test
  @DisplayName("R-CRASH an import that is killed is wholly there or not at all")
  void anImportThatIsKilledIsWholeOrAbsent() throws Exception {
    byte[] large = new byte[3 << 20];
    new Random(5).nextBytes(large);
    Archive archive = new Archive().directory("./");
    for (int i = 0; i < 300; i++) {
      archive.file("etc/f" + i, "contents " + i);
    }
    archive.entry(TarEntry.file(Bytes.of("large"), 0644, large.length, Archive.TIME), large);
    Path tarball = Files.write(temp.resolve("image.tar"), archive.bytes());
    Random random = new Random(1);
    for (int round = 0; round < 5; round++) {
      Process child = ImportingProcess.start(images(), tarball);
      assertEquals('r', child.getInputStream().read(), "the child did not begin");
      Thread.sleep(random.nextInt(500));
      child.destroyForcibly().waitFor();
      try (LocalStore store = open()) {
        assertEquals(List.of(), store.damages());
        assertEquals(0, count("unfinished"));
        assertEquals(store.list().size(), count("sha256"));
        for (Image image : store.list()) {
          Path root = store.layers(image.uuid()).get(0);
          assertArrayEquals(large, Files.readAllBytes(root.resolve("large")));
          assertEquals("contents 299", Files.readString(root.resolve("etc/f299")));
          store.delete(image.digest());
        }
      }
    }
  }

  @Test
  void refusesAnImageThatIsNoRootFileSystem() throws IOException {
    try (LocalStore store = open()) {
      InputStream saved =
          new Archive().file("manifest.json", "[]").file("a/layer.tar", "").stream();
      PolderException refusal =
          assertThrows(
              PolderException.class,
              () -> store.importTarball(saved, ImageRequest.of("a"), none()));
      assertTrue(refusal.toString().contains("docker save"), refusal.toString());
      assertFalse(Files.exists(images().resolve("unfinished/root")));
    }
  }

  private LocalStore open() {
    return LocalStore.open(images(), used::contains, Limits.DEFAULT);
  }

  private Path images() {
    return temp.resolve("images");
  }

  private long count(String folder) throws IOException {
    try (var files = Files.list(images().resolve(folder))) {
      return files.count();
    }
  }

  private static Progress none() {
    return Progress.NONE;
  }

  private static InputStream gzip(String motd) throws IOException {
    byte[] tar = new Archive().directory("./").directory("./etc/").file("./etc/motd", motd).bytes();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(tar);
    }
    return new ByteArrayInputStream(out.toByteArray());
  }

  private static ErrorKind kind(Executable work) {
    return assertThrows(PolderException.class, work).kind();
  }
}
