package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

@Tag("kernel")
class LayoutKernelTest {
  @TempDir Path temp;

  @Test
  void takesALayoutAndWhatDockerSaveWrites() throws IOException {
    Forge forge = base().layer(new Archive().file("app", "1"));
    forge.run.put("Entrypoint", List.of("/app"));
    forge.run.put("Cmd", List.of("serve"));
    forge.run.put("Env", List.of("A=b=c", "nothing", "D="));
    forge.run.put("WorkingDir", "/data");
    forge.run.put("User", "1000:10");
    forge.run.put("StopSignal", "SIGQUIT");
    forge.run.put("Labels", Map.of("l", "v", "polder.x", "reserved"));
    try (LocalStore store = open()) {
      Image layout = take(store, Forge.gzip(Forge.tar(forge.layout("1"))), "app:1");
      assertEquals(List.of("/app"), layout.config().entrypoint());
      assertEquals(List.of("serve"), layout.config().cmd());
      assertEquals(Map.of("A", "b=c", "D", ""), layout.config().env());
      assertEquals(Optional.of("/data"), layout.config().workdir());
      assertEquals(Optional.of("1000:10"), layout.config().user());
      assertEquals(Optional.of("SIGQUIT"), layout.config().stopSignal());
      assertEquals(Map.of("l", "v"), layout.config().labels());
      Image saved = take(store, Forge.tar(forge.saved("app:2")), "app:2");
      assertEquals(layout.uuid(), saved.uuid());
      List<Path> stack = store.layers(saved.uuid());
      assertEquals(2, stack.size());
      assertEquals("1", Files.readString(stack.get(1).resolve("app")));
      assertEquals(0, count("unfinished"));
    }
  }

  @Test
  @DisplayName("S-IMG-11 an import of layers moves no name")
  void anImportMovesNoName() throws IOException {
    try (LocalStore store = open()) {
      Image first = take(store, Forge.tar(base().layout("latest")), "a");
      Forge other = base().layer(new Archive().file("app", "2"));
      for (byte[] archive :
          List.of(Forge.tar(other.layout("latest")), Forge.tar(other.saved("a:latest")))) {
        assertEquals(ErrorKind.EXISTS, kind(() -> take(store, archive, "a")));
        assertEquals(List.of(first), store.list());
      }
    }
  }

  @Test
  @DisplayName("S-IMG-05 a blob of another size or digest than it should have is refused")
  void aBlobThatIsAnotherIsRefused() throws IOException {
    try (LocalStore store = open()) {
      Map<String, byte[]> right = base().layout("latest");
      for (String path : right.keySet()) {
        if (!path.startsWith("blobs/")) {
          continue;
        }
        byte[] blob = right.getOrDefault(path, new byte[0]);
        byte[] flipped = blob.clone();
        flipped[blob.length / 2] ^= 1;
        for (byte[] wrong :
            List.of(
                Arrays.copyOf(blob, blob.length - 1),
                Arrays.copyOf(blob, blob.length + 1),
                flipped)) {
          Map<String, byte[]> files = new java.util.LinkedHashMap<>(right);
          files.put(path, wrong);
          assertEquals(ErrorKind.INVALID, kind(() -> take(store, Forge.tar(files), "bad")), path);
          assertEquals(List.of(), store.list());
          assertEquals(0, count("unfinished") + count("layers"));
        }
      }
      Forge forge = base();
      forge.diffIds.set(0, Digest.of(new byte[1]).value());
      assertEquals(ErrorKind.INVALID, kind(() -> take(store, Forge.tar(forge.layout("a")), "b")));
      assertEquals(0, count("unfinished") + count("layers"));
    }
  }

  @Test
  @DisplayName("S-IMG-02 a layer cannot hide what is below by a device, nor a layout read outside")
  void nothingIsReadOrHiddenByTricks() throws IOException {
    Path secret = Files.writeString(temp.resolve("secret"), "[]");
    try (LocalStore store = open()) {
      Forge forge = base().layer(new Archive().device("etc", 0, 0));
      assertEquals(ErrorKind.INVALID, kind(() -> take(store, Forge.tar(forge.layout("a")), "a")));
      byte[] link = new Archive().symlink("manifest.json", secret.toString()).bytes();
      PolderException refusal = assertThrows(PolderException.class, () -> take(store, link, "a"));
      assertTrue(refusal.toString().contains("has no 'manifest.json'"), refusal.toString());
      byte[] fifo = new Archive().fifo("manifest.json").bytes();
      assertEquals(ErrorKind.INVALID, kind(() -> take(store, fifo, "a")));
    }
  }

  @Test
  @DisplayName("S-API-10 S-IMG-12 changed archives are taken in or refused, with one sentence")
  void changedArchivesAreTakenInOrRefused() throws IOException {
    int rounds = Boolean.getBoolean("polder.full") ? 10_000 : 150;
    Random random = new Random(7);
    byte[] layout = Forge.tar(base().layout("latest"));
    byte[] saved = Forge.tar(base().saved("a:latest"));
    try (LocalStore store = open()) {
      for (int round = 0; round < rounds; round++) {
        byte[] changed = (round % 2 == 0 ? layout : saved).clone();
        for (int change = random.nextInt(4); change >= 0; change--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        if (round % 5 == 0) {
          changed = Arrays.copyOf(changed, random.nextInt(changed.length));
        }
        try {
          store.delete(take(store, changed, "a").digest());
        } catch (PolderException e) {
          assertFalse(e.kind() == ErrorKind.HOST, e.toString());
        }
        assertEquals(0, count("unfinished"), "round " + round);
        assertEquals(List.of(), store.list());
      }
    }
  }

  private static Forge base() {
    return new Forge().layer(new Archive().directory("etc/").file("etc/motd", "hello"));
  }

  private static Image take(LocalStore store, byte[] archive, String name) {
    return store.importTarball(
        new ByteArrayInputStream(archive), ImageRequest.of(name), Progress.NONE);
  }

  private LocalStore open() {
    return LocalStore.open(temp.resolve("images"), image -> false, Limits.DEFAULT);
  }

  private long count(String folder) throws IOException {
    try (var files = Files.list(temp.resolve("images").resolve(folder))) {
      return files.count();
    }
  }

  private static ErrorKind kind(Executable work) {
    return assertThrows(PolderException.class, work).kind();
  }
}
