package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.TreeCopy;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.Progress;

/** The same image gives the same tree, whoever unpacks it: umoci is the judge. */
@Tag("kernel")
class UmociKernelTest {
  static final String SEEN =
      """
      find . -mindepth 1 -type d ! -path './fresh*' -printf '%P %y %m %U:%G %T@\\n' | sort
      find . -mindepth 1 ! -type d -printf '%P %y %m %U:%G %n %s %T@ %l\\n' | sort
      find . -type f -print0 | sort -z | xargs -0 sha256sum
      find . -mindepth 1 -print0 | sort -z | xargs -0 getfattr -h -d -m '^(user|security)[.]' || true
      """;

  /** As nothing below has them. */
  private static final String FRESH = "fresh 755 0\nfresh/implied 755 0\nfresh-too 755 0\n";

  @TempDir Path temp;

  @Test
  void theTreeIsThatOfUmociOnOverlayAndOnBtrfs() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/umoci")), "umoci is not installed");
    Forge forge = image();
    Path layout = temp.resolve("layout");
    for (Map.Entry<String, byte[]> file : forge.layout("t").entrySet()) {
      Path path = layout.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    Path bundle = temp.resolve("bundle");
    run(temp, "umoci unpack --image " + layout + ":t " + bundle);
    String expected = run(bundle.resolve("rootfs"), SEEN);

    try (LocalStore store =
        LocalStore.open(temp.resolve("images"), image -> false, Limits.DEFAULT)) {
      Image image =
          store.importTarball(
              new ByteArrayInputStream(Forge.tar(forge.layout("latest"))),
              ImageRequest.of("a"),
              Progress.NONE);
      List<Path> stack = store.layers(image.uuid());
      assertEquals(4, stack.size(), "the layers, and what goes on top");
      assertEquals(expected, onOverlay(stack));
      Path copied = Files.createDirectory(temp.resolve("copied"));
      try (Directory to = Directory.open(copied)) {
        for (Path layer : stack) {
          try (Directory from = Directory.open(layer)) {
            TreeCopy.apply(from, to); // as a base on btrfs is made
          }
        }
      }
      assertEquals(expected, run(copied, SEEN));
      assertEquals(FRESH, run(copied, "stat -c '%n %a %u' fresh fresh/implied fresh-too"));
      // a zone made of it has it all the same after the store was opened again
      assertEquals(stack, store.layers(image.uuid()));
    }
  }

  private String onOverlay(List<Path> stack) throws Exception {
    Path merged = Files.createDirectory(temp.resolve("merged"));
    String lower = String.join(":", stack.reversed().stream().map(Path::toString).toList());
    run(temp, "mount -t overlay overlay -o ro,userxattr,lowerdir=" + lower + " " + merged);
    try {
      return run(merged, SEEN);
    } finally {
      run(temp, "umount " + merged);
    }
  }

  static Forge image() {
    Archive first = new Archive();
    first.entry(directory("etc/", 0750, 3, 1));
    first.file("etc/a", "a").file("etc/gone", "gone").file("etc/changed", "old");
    first.entry(directory("srv/", 01777, 0, 2));
    first.entry(directory("srv/deep/", 0711, 5, 3)).file("srv/deep/f", "f");
    first.entry(directory("opaque/", 0755, 0, 4)).file("opaque/old", "old");
    first.entry(directory("opaque/below/", 0755, 0, 4)).file("opaque/below/old", "old");
    first.entry(directory("becomes-file/", 0755, 0, 5)).file("becomes-file/f", "f");
    first.file("becomes-directory", "a file");
    first.entry(directory("replaced/", 0700, 0, 6)).file("replaced/old", "old");
    first.pax("SCHILY.xattr.user.note", "of the first").file("noted", "n");
    first.file("linked", "linked").hardLink("other-name", "linked").symlink("link", "etc/a");
    first.fifo("fifo").device("tty", 4, 64);
    first.pax("SCHILY.xattr.user.note", "of a directory");
    first.entry(directory("implied/", 03770, 7, 6)).file("implied/f", "f");
    first.entry(directory("implied/twice/", 0700, 8, 7));
    first.entry(directory("implied/opaque/", 0710, 8, 8)).file("implied/opaque/old", "old");
    first.entry(directory("fresh-too/", 0700, 8, 8)).file("fresh-too/old", "old");
    Archive second = new Archive();
    second.file("implied/twice/g", "g").file("implied/opaque/.wh..wh..opq", "");
    second.file("fresh-too/f", "f").file(".wh.fresh-too", "");
    second.entry(directory("etc/", 0750, 3, 1));
    second.entry(directory("srv/", 01777, 0, 2)).entry(directory("srv/deep/", 0711, 5, 3));
    second.file("etc/.wh.gone", "").file("etc/changed", "new");
    second.file("srv/deep/g", "g");
    second.entry(directory("opaque/", 0700, 9, 7)).file("opaque/.wh..wh..opq", "");
    second.file("opaque/new", "new");
    second.file("becomes-file", "a file");
    second.entry(directory("becomes-directory/", 0755, 0, 8));
    second.file("becomes-directory/f", "f");
    Archive third = new Archive();
    third.entry(directory("etc/", 0750, 3, 1));
    third.entry(directory("srv/", 01777, 0, 2)).entry(directory("srv/deep/", 0711, 5, 3));
    third.file(".wh.noted", "").file("srv/deep/.wh.f", "");
    third.entry(directory("new/", 0755, 0, 9)).file("new/x", "x").hardLink("new/y", "new/x");
    third.pax("SCHILY.xattr.user.note", "of the third").file("etc/changed", "newest");
    third.file("implied/twice/h", "h").file("implied/.wh.f", "").file("fresh/implied/f", "f");
    return new Forge().layer(first).layer(second).layer(third);
  }

  static TarEntry directory(String name, int mode, int owner, int second) {
    Instant time = Archive.TIME.plusSeconds(second);
    return TarEntry.empty(Bytes.of(name), TarType.DIRECTORY, mode, Bytes.EMPTY, time)
        .owned(owner, owner + 1);
  }

  static String run(Path directory, String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("bash", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), script + ": " + output);
    return output;
  }
}
