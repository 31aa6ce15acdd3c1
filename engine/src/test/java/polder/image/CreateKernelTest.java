package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.linux.TreeCopy;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

/** An image of what a zone made of another one shows what the zone has, however that is kept. */
@Tag("kernel")
class CreateKernelTest {
  private static final String CHANGES =
      """
      echo changed >etc/changed; rm etc/a; echo new >etc/new; rm -r opaque; mkdir opaque
      echo fresh >opaque/fresh; rm -r srv/deep; echo file >srv/deep; ln -s gone srv/link
      mkdir -p a/b; ln etc/new a/b/again; truncate -s 2M a/sparse; echo end >>a/sparse
      chmod 0700 new; chown 5:6 becomes-file; touch -d @1000000000.5 becomes-file
      setfattr -n user.note -v x etc/new; mkfifo a/fifo; rm linked
      """;

  @TempDir Path temp;
  private LocalStore store;

  @BeforeEach
  void open() {
    store = LocalStore.open(temp.resolve("images"), image -> false, Limits.DEFAULT);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Image origin() {
    byte[] file = Forge.tar(UmociKernelTest.image().layout("latest"));
    return store.importTarball(
        new ByteArrayInputStream(file), ImageRequest.of("origin"), Progress.NONE);
  }

  private interface Take {
    void from(NewImage image, Directory files);
  }

  private Image make(Optional<String> origin, String name, Path files, Take take) {
    try (NewImage made = NewImage.over(store, origin);
        Directory directory = Directory.open(files)) {
      take.from(made, directory);
      return made.publish(ImageRequest.of(name), ImageConfig.NONE, Progress.NONE);
    }
  }

  private String seen(Image image) throws Exception {
    try (OutgoingImage outgoing = store.outgoing(image.digest());
        Directory root = outgoing.merged()) {
      String path = "/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), root.fd().number());
      return UmociKernelTest.run(temp, "cd " + path + "\n" + UmociKernelTest.SEEN);
    }
  }

  @Test
  @DisplayName("of an overlay: what it shows is what the image shows, in one layer more")
  void ofAnOverlay() throws Exception {
    Image origin = origin();
    List<Path> stack = store.layers(origin.uuid());
    Path upper = Files.createDirectory(temp.resolve("upper"));
    Path merged = Files.createDirectory(temp.resolve("merged"));
    Files.createDirectory(temp.resolve("work"));
    String lower = String.join(":", stack.reversed().stream().map(Path::toString).toList());
    UmociKernelTest.run(
        temp,
        "mount -t overlay overlay -o userxattr,lowerdir=%s,upperdir=upper,workdir=work merged"
            .formatted(lower));
    String expected;
    try {
      UmociKernelTest.run(merged, CHANGES);
      expected = UmociKernelTest.run(merged, UmociKernelTest.SEEN);
    } finally {
      UmociKernelTest.run(temp, "umount merged");
    }
    Image made =
        make(
            Optional.of(origin.digest()),
            "made:1",
            upper,
            (image, files) -> image.takeUpper(files, Progress.NONE));
    assertEquals(expected, seen(made));
    assertEquals(stack.get(0), store.layers(made.uuid()).get(0), "layers are shared");
    assertEquals(origin.config(), made.config());
  }

  @Test
  @DisplayName("of a tree: what it has beyond the origin is one layer, and no more than that")
  void ofATree() throws Exception {
    Image origin = origin();
    Path tree = Files.createDirectory(temp.resolve("tree"));
    try (Directory to = Directory.open(tree)) {
      for (Path layer : store.layers(origin.uuid())) {
        try (Directory from = Directory.open(layer)) {
          TreeCopy.apply(from, to); // as a base on btrfs is made
        }
      }
    }
    UmociKernelTest.run(tree, CHANGES);
    Image made =
        make(
            Optional.of(origin.digest()),
            "made:1",
            tree,
            (image, files) -> image.takeTree(files, Progress.NONE));
    assertEquals(UmociKernelTest.run(tree, UmociKernelTest.SEEN), seen(made));
    try (OutgoingImage outgoing = store.outgoing("made:1")) {
      assertEquals(4, outgoing.layers());
    }
    Path layer = store.layers(made.uuid()).get(3);
    assertTrue(Files.notExists(layer.resolve("etc/b")), "what did not change is not in it");
    assertTrue(Files.notExists(layer.resolve("new/x")));
  }

  @Test
  @DisplayName("of no image: one layer; and over an image of one tree: that is a layer, too")
  void ofNothingAndOfATree() throws Exception {
    Path tree = Files.createDirectories(temp.resolve("tree"));
    UmociKernelTest.run(tree, "mkdir etc; echo a >etc/a; chmod 01777 etc; mkfifo f");
    Image own =
        make(
            Optional.empty(),
            "own:1",
            tree,
            (image, files) -> image.takeTree(files, Progress.NONE));
    assertEquals(UmociKernelTest.run(tree, UmociKernelTest.SEEN), seen(own));

    byte[] flat = new Archive().directory("etc/").file("etc/a", "a").file("etc/b", "b").bytes();
    Image origin =
        store.importTarball(new ByteArrayInputStream(flat), ImageRequest.of("flat"), Progress.NONE);
    Image made =
        make(
            Optional.of(origin.digest()),
            "made:1",
            tree,
            (image, files) -> image.takeTree(files, Progress.NONE));
    assertEquals(UmociKernelTest.run(tree, UmociKernelTest.SEEN), seen(made));
    try (OutgoingImage outgoing = store.outgoing("made:1")) {
      assertEquals(2, outgoing.layers());
    }
  }

  @Test
  @DisplayName("S-IMG-11 a name is not taken from who has it; a device 0:0 hides nothing")
  void isRefused() throws Exception {
    Image origin = origin();
    Path tree = Files.createDirectories(temp.resolve("tree"));
    PolderException told =
        assertThrows(
            PolderException.class,
            () ->
                make(
                    Optional.empty(),
                    "origin",
                    tree,
                    (image, files) -> image.takeTree(files, Progress.NONE)));
    assertEquals(ErrorKind.EXISTS, told.kind());
    assertEquals(origin.uuid(), store.get("origin").uuid());
    UmociKernelTest.run(tree, "mknod etc c 0 0");
    told =
        assertThrows(
            PolderException.class,
            () ->
                make(
                    Optional.of("origin"),
                    "made",
                    tree,
                    (image, files) -> image.takeTree(files, Progress.NONE)));
    assertEquals(ErrorKind.INVALID, told.kind());
    try (var left = Files.list(temp.resolve("images/unfinished"))) {
      assertEquals(0, left.count());
    }
  }
}
