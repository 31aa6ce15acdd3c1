package polder.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.image.oci.Configuration;
import polder.image.oci.Digest;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageFormat;
import polder.model.ImageFormat.Kind;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

/** What goes out is what came in: to the bit where that can be, to the file where it cannot. */
@Tag("kernel")
class ExportKernelTest {
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

  private Image take(byte[] file, String name) {
    return store.importTarball(
        new ByteArrayInputStream(file), ImageRequest.of(name), Progress.NONE);
  }

  private byte[] export(String image, ImageFormat how) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutgoingImage outgoing = store.outgoing(image)) {
      LayoutWriter.write(outgoing, how, out, Progress.NONE);
    }
    return out.toByteArray();
  }

  private static ImageFormat as(Kind kind, Compression compression) {
    return new ImageFormat(kind, Optional.of(compression));
  }

  @Test
  @DisplayName("an image in layers goes out as it came: the same layers, the same image, any way")
  void isTheSameImageAgain() throws Exception {
    Forge forge = UmociKernelTest.image();
    byte[] odd = oddArchive();
    forge.run.put("Cmd", List.of("cat"));
    forge.layer(new Archive().raw(odd));
    Image image = take(Forge.tar(forge.layout("latest")), "a");
    byte[] exported = export("a", ImageFormat.USUAL);
    assertArrayEquals(exported, export("a", ImageFormat.USUAL), "the same bytes each time");
    try (OutgoingImage outgoing = store.outgoing("a")) {
      for (int i = 0; i < outgoing.layers(); i++) {
        try (OutgoingLayer layer = outgoing.ready(i, Compression.NONE, Progress.NONE)) {
          assertArrayEquals(forge.tars.get(i), layer.open(0).readAllBytes(), "layer " + i);
        }
      }
    }
    store.delete("a");
    List<ImageFormat> ways = new ArrayList<>();
    for (Kind kind : List.of(Kind.OCI, Kind.DOCKER)) {
      for (Compression compression : Compression.values()) {
        ways.add(as(kind, compression));
      }
    }
    for (ImageFormat way : ways) {
      assertEquals(image.digest(), take(exported, "a").digest(), way.toString());
      exported = export("a", way);
      store.delete("a");
    }
  }

  /** As GNU tar, star and others write: long names, sparse files, global headers, extra blocks. */
  private byte[] oddArchive() throws Exception {
    Path files = Files.createDirectories(temp.resolve("odd/deep/" + "n".repeat(180)));
    Files.writeString(files.resolve("m".repeat(120)), "long");
    run(
        temp.resolve("odd"),
        "truncate -s 3M sparse; echo x >>sparse; touch -d @1.5 empty; ln -s "
            + "l".repeat(150)
            + " link; mknod null c 1 3; cp -l sparse again");
    run(temp, "tar --format=gnu --sparse -C odd -cf gnu.tar . --blocking-factor=40");
    run(temp, "tar --format=pax --sparse -C odd -rf gnu.tar ./sparse --transform=s/sparse/other/");
    return Files.readAllBytes(temp.resolve("gnu.tar"));
  }

  @Test
  @DisplayName("a skeleton takes less than 64 bytes an entry, where a tar takes 512 and more")
  void skeletonsAreSmall() throws IOException {
    Archive many = new Archive();
    int entries = 5_000;
    for (int i = 0; i < entries; i++) {
      many.file("usr/share/doc/package-%d/file-%d".formatted(i / 7, i * 31), "x".repeat(i % 600));
    }
    take(Forge.tar(new Forge().layer(many).layout("latest")), "many");
    try (var layers = Files.walk(temp.resolve("images/layers"), 2)) {
      Path skeleton = layers.filter(path -> path.endsWith("skeleton")).findFirst().orElseThrow();
      assertTrue(Files.size(skeleton) < 64L * entries, Files.size(skeleton) + " bytes");
    }
  }

  @Test
  @DisplayName("a layer that says one file twice is packed anew, and the image says so")
  void isPackedWhereItMustBe() {
    Archive twice = new Archive().file("etc/a", "first").file("etc/a", "second");
    twice
        .file("deep/implied/c", "c")
        .file("etc/b", "b")
        .file(".wh.gone", "")
        .file("opaque/.wh..wh..opq", "");
    Forge forge =
        new Forge()
            .layer(
                new Archive()
                    .entry(UmociKernelTest.directory("deep/", 0700, 3, 4))
                    .file("gone", "")
                    .file("opaque/x", ""))
            .layer(twice);
    Image image = take(Forge.tar(forge.layout("latest")), "a");
    byte[] exported = export("a", ImageFormat.USUAL);
    Image again = take(exported, "b");
    assertNotEquals(image.digest(), again.digest());
    assertEquals(files(image), files(again));
    assertArrayEquals(export("b", ImageFormat.USUAL), export(again.digest(), ImageFormat.USUAL));
    store.delete("b");
    assertEquals(again.digest(), take(exported, "b").digest(), "packed, it is always the same");
  }

  @Test
  @DisplayName("an image of one tree goes out with one layer, and its words")
  void isOneLayer() throws IOException {
    byte[] tree = new Archive().file("etc/a", "a").symlink("l", "etc/a").bytes();
    Image image = take(tree, "a");
    byte[] exported = export("a", ImageFormat.USUAL);
    Image again = take(exported, "b");
    assertEquals(files(image), files(again));
    assertEquals(image.config(), again.config());
    try (OutgoingImage outgoing = store.outgoing("b")) {
      byte[] document = outgoing.configuration(List.of(outgoing.content(0).orElseThrow()));
      assertEquals(again.digest(), Digest.of(document).value());
      assertEquals(1, Configuration.read(document).layers().size());
    }
  }

  @Test
  @DisplayName("the files alone are those of all layers")
  void isFlat() throws Exception {
    take(Forge.tar(UmociKernelTest.image().layout("latest")), "a");
    for (Compression compression : Compression.values()) {
      byte[] flat = export("a", as(Kind.ROOTFS, compression));
      Image image = take(flat, "flat-" + compression.name().toLowerCase(Locale.ROOT));
      assertTrue(files(image).contains("etc/changed=newest"), files(image));
      assertFalse(files(image).contains("etc/gone"), files(image));
    }
  }

  @Test
  @DisplayName("files that are not any more what they were do not go out as if they were")
  void damageIsTold() throws Exception {
    Forge forge = new Forge().layer(new Archive().file("etc/a", "right"));
    Image image = take(Forge.tar(forge.layout("latest")), "a");
    Files.writeString(store.layers(image.uuid()).get(0).resolve("etc/a"), "wrong");
    PolderException told =
        assertThrows(PolderException.class, () -> export("a", ImageFormat.USUAL));
    assertEquals(ErrorKind.HOST, told.kind());
    assertTrue(String.valueOf(told.getMessage()).contains("not any more what they were"));
  }

  @Test
  @DisplayName("S-PATH-01 a tree whose links lead out gives links, and nothing of what is outside")
  void linksStayLinks() throws Exception {
    Path canary = Files.writeString(temp.resolve("canary"), "CANARY");
    Archive hostile = new Archive().directory("d/");
    String up = "../".repeat(40) + canary.toString().substring(1);
    int links = 0;
    for (String target :
        List.of(canary.toString(), up, "d/../" + up, "/proc/self/root" + canary, "/", ".")) {
      hostile.symlink("link" + links, target).symlink("d/link" + links++, target);
    }
    hostile.fifo("fifo").device("disk", 1, 1);
    for (byte[] tar :
        List.of(hostile.bytes(), Forge.tar(new Forge().layer(hostile).layout("latest")))) {
      take(tar, "hostile");
      for (Kind kind : Kind.values()) {
        byte[] exported = export("hostile", as(kind, Compression.NONE));
        assertFalse(new String(exported, StandardCharsets.ISO_8859_1).contains("CANARY"));
        take(exported, "again");
        store.delete("again");
      }
      store.delete("hostile");
    }
  }

  @Test
  @DisplayName("a file whose name would hide another one in an image is refused by name")
  void namesThatHideAreRefused() {
    take(new Archive().file("etc/.wh.passwd", "").bytes(), "hiding");
    PolderException told =
        assertThrows(PolderException.class, () -> export("hiding", ImageFormat.USUAL));
    assertEquals(ErrorKind.INVALID, told.kind());
    assertTrue(String.valueOf(told.getMessage()).contains("./etc/.wh.passwd"));
  }

  @Test
  @DisplayName("what goes out is not deleted meanwhile, and nothing is left of what broke off")
  void isHeld() throws Exception {
    take(Forge.tar(UmociKernelTest.image().layout("latest")), "a");
    try (OutgoingImage outgoing = store.outgoing("a")) {
      assertThrows(PolderException.class, () -> store.delete("a"));
      assertThrows(
          PolderException.class,
          () ->
              LayoutWriter.write(
                  outgoing,
                  ImageFormat.USUAL,
                  new java.io.OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                      throw new IOException("the reader is gone");
                    }
                  },
                  Progress.NONE));
    }
    store.delete("a");
    try (var left = Files.list(temp.resolve("images/unfinished"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  @DisplayName("skopeo and umoci take what is exported, and unpack it to the same tree")
  void othersTakeIt() throws Exception {
    for (String program : List.of("umoci", "skopeo")) {
      assumeTrue(Files.exists(Path.of("/usr/bin", program)), program + " is not installed");
    }
    Forge forge = UmociKernelTest.image();
    take(Forge.tar(forge.layout("latest")), "a");
    for (Map.Entry<String, byte[]> file : forge.layout("t").entrySet()) {
      Path path = temp.resolve("layout").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    run(temp, "umoci unpack --image layout:t bundle");
    String expected = run(temp.resolve("bundle/rootfs"), UmociKernelTest.SEEN);
    for (ImageFormat way :
        List.of(ImageFormat.USUAL, new ImageFormat(Kind.DOCKER, Optional.empty()))) {
      Files.write(temp.resolve("exported.tar"), export("a", way));
      String from = way.kind() == Kind.DOCKER ? "docker-archive" : "oci-archive";
      run(
          temp,
          "rm -rf copy again; skopeo copy -q --insecure-policy "
              + from
              + ":exported.tar oci:copy:t; umoci unpack --image copy:t again");
      assertEquals(
          expected, run(temp.resolve("again/rootfs"), UmociKernelTest.SEEN), way.toString());
    }
  }

  /** The files of an image with their contents, as an overlay shows them. */
  private String files(Image image) {
    StringBuilder seen = new StringBuilder();
    try (OutgoingImage outgoing = store.outgoing(image.digest());
        polder.linux.Directory root = outgoing.merged()) {
      String path = "/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), root.fd().number());
      seen.append(
          run(
              Path.of(path),
              "find . ! -type f -printf '%P %y %m %U %l\\n' | sort; find . -type f -printf '%P\\n' | sort | while read -r f; do echo \"$f=$(cat \"$f\")\"; done"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return seen.toString();
  }

  private static String run(Path directory, String script)
      throws IOException, InterruptedException {
    return UmociKernelTest.run(directory, script);
  }
}
