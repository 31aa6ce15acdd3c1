package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;
import polder.tests.harness.TestHost;

/** Images that come in as files and directories, and go again, as their user sees it. */
@Tag("kernel")
class ImagesTest {
  @TempDir static Path temp;
  private static TestHost host;
  private static Path base;

  @BeforeAll
  static void make() {
    base = Fixtures.busybox();
    host = new TestHost();
  }

  @AfterAll
  static void close() {
    host.close();
  }

  /** What a script says, in an empty directory of that name; {@code $1} is the base. */
  private static String script(String directory, String text) {
    Path place = temp.resolve(directory);
    place.toFile().mkdir();
    String whole = "set -eu; cd " + place + "; " + text;
    return Commands.run(Map.of(), new byte[0], List.of("sh", "-c", whole, "sh", base.toString()))
        .ok()
        .text();
  }

  private static void assume(String program) {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", program)),
        "no " + program + ": apt install " + program);
  }

  @Test
  void aDirectoryBecomesAnImage() throws IOException {
    Path secret = Files.writeString(temp.resolve("secret"), "of the host");
    script(
        "root",
        "tar -xf \"$1\"; chown 1000:1000 root; setfattr -n user.note -v kept etc/passwd;"
            + " ln -s "
            + secret
            + " etc/leads-out");
    String uuid =
        host.polder("image", "import", "-n", "dir:1", temp.resolve("root").toString()).ok().text();
    assertEquals(uuid, host.json("image", "get", "dir:1").get("uuid"));
    String look = "stat -c %u:%a /root; readlink /etc/leads-out; cat /etc/leads-out || echo none";
    CommandResult seen = host.polder("run", "--rm", "dir:1", "sh", "-c", look).ok();
    assertEquals("1000:700\n" + secret + "\nnone", seen.text());

    CommandResult gone = host.polder("image", "import", "-n", "no:1", temp + "/none");
    assertEquals(1, gone.code(), gone.toString());
  }

  @Test
  void aLayoutSaysHowItIsRun() {
    assume("umoci");
    script(
        "layout",
        "umoci init --layout l; umoci new --image l:app; umoci raw add-layer --image l:app \"$1\";"
            + " umoci config --image l:app --config.volume /data/deep --config.exposedports 80/tcp"
            + " --config.workingdir /new/place --config.entrypoint sh --config.entrypoint -c"
            + " --config.cmd 'pwd; ls -d /data/deep'");
    host.polder("image", "import", "-n", "app", temp.resolve("layout/l").toString()).ok();
    Map<String, Object> image = host.json("image", "get", "app");
    Map<String, Object> config = Json.asObject(image.get("config"));
    assertEquals(List.of("/data/deep"), config.get("volumes"));
    assertEquals(List.of("80/tcp"), config.get("ports"));
    assertEquals(1, Json.asList(image.get("layers")).size());
    assertEquals("/new/place\n/data/deep", host.polder("run", "--rm", "app").ok().text());
    assertEquals("x", host.polder("run", "--rm", "app", "echo x").ok().text());
  }

  @Test
  void imagesOfIncusAreTaken() {
    assume("xz");
    script(
        "incus",
        """
        cat >metadata.yaml <<END
        architecture: $(uname -m)
        creation_date: 1700025840
        properties:
          description: Busybox (20231115)
          serial: "20231115"
        templates:
          /etc/hostname:
            when:
            - create
            template: hostname.tpl
        END
        mkdir templates rootfs; echo '{{ container.name }}' >templates/hostname.tpl
        tar -xf "$1" -C rootfs
        tar -cJf incus.tar.xz metadata.yaml templates; xz -k <"$1" >rootfs.tar.xz
        tar -czf unified.tar.gz metadata.yaml templates rootfs
        """);
    String place = temp.resolve("incus").toString();
    host.polder("image", "import", "-n", "unified", place + "/unified.tar.gz").ok();
    host.polder(
            "image",
            "import",
            "-n",
            "split",
            place + "/incus.tar.xz",
            "--rootfs",
            place + "/rootfs.tar.xz")
        .ok();
    for (String name : List.of("unified", "split")) {
      assertEquals("1000", host.polder("run", "--rm", name, "id", "-u", "web").ok().text());
      assertEquals(
          name + ":20231115:2023-11-15:Busybox (20231115)",
          host.polder(
                  "image",
                  "list",
                  "-p",
                  "-o",
                  "name,version,published_date,description",
                  "name=" + name)
              .ok()
              .text());
    }
    CommandResult alone = host.polder("image", "import", "-n", "x", place + "/incus.tar.xz");
    assertEquals(1, alone.code());
    assertTrue(alone.err().contains("--rootfs"), alone.err());
  }

  @Test
  void aManifestOfSmartOsIsKept() throws IOException {
    String sha1 = script("smart", "sha1sum <\"$1\"").split(" ")[0];
    String manifest =
        """
        {"v": 2, "uuid": "7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b", "name": "busy-box", "version": "1.2",
         "os": "linux", "type": "lx-dataset", "published_at": "2017-04-03T22:05:41Z",
         "origin": "04179d8a-188b-11e7-af27-d3834ac8f8a7", "description": "for tests",
         "requirements": {"min_ram": 32, "brand": "lx"},
         "files": [{"sha1": "%s", "size": 1, "compression": "none"}]}
        """;
    Path right = Files.writeString(temp.resolve("right.json"), manifest.formatted(sha1));
    Path wrong = Files.writeString(temp.resolve("wrong.json"), manifest.formatted("0".repeat(40)));
    CommandResult other = host.polder("image", "import", "-m", wrong.toString(), base.toString());
    assertEquals(1, other.code());
    assertTrue(other.err().contains("SHA-1"), other.err());
    host.polder("image", "import", "-m", right.toString(), base.toString()).ok();
    assertEquals(
        "1.2:lx-dataset:04179d8a-188b-11e7-af27-d3834ac8f8a7",
        host.polder("image", "list", "-p", "-o", "version,type,origin", "name=busy-box")
            .ok()
            .text());
    Map<String, Object> payload =
        Map.of(
            "alias",
            "small",
            "brand",
            "lx",
            "image_uuid",
            "7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b",
            "max_physical_memory",
            16L);
    CommandResult little = host.polderWith(bytes(payload), "create");
    assertEquals(1, little.code());
    assertTrue(little.err().contains("at least 32 MiB"), little.err());
    String uuid = String.valueOf(host.json("image", "get", "busy-box:1.2").get("uuid"));
    assertEquals(
        uuid, host.json("image", "get", "7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b").get("uuid"));
  }

  @Test
  @DisplayName("an image goes out with SmartOS's manifest, and comes back by it")
  void aManifestOfSmartOsGoesOut() throws IOException {
    host.polder("image", "import", "--name", "goer:3", base.toString()).ok();
    String file = temp.resolve("out.tar.gz").toString();
    Path manifest = temp.resolve("out.imgmanifest");
    host.polder("image", "export", "goer:3", "-o", file, "-m", manifest.toString()).ok();
    Map<String, Object> told = Json.object(Files.readString(manifest));
    assertEquals(2L, told.get("v"));
    assertEquals("goer", told.get("name"));
    assertEquals("3", told.get("version"));
    assertEquals("linux", told.get("os"));
    assertEquals(host.json("image", "get", "goer:3").get("uuid"), told.get("uuid"));
    Map<String, Object> said = Json.asObject(Json.asList(told.get("files")).getFirst());
    assertEquals(Files.size(Path.of(file)), said.get("size"));
    assertEquals("gzip", said.get("compression"));
    host.polder("image", "delete", "goer:3").ok();
    host.polder("image", "import", "-m", manifest.toString(), file).ok();
    assertEquals("3", host.json("image", "get", "goer:3").get("tag"));
    CommandResult other =
        host.polder("image", "import", "-m", manifest.toString(), base.toString());
    assertTrue(other.err().contains("SHA-1"), other.err());
    CommandResult zstd =
        host.polder("image", "export", "goer:3", "-c", "zstd", "-o", file, "-m", file + ".m");
    assertTrue(zstd.err().contains("no word for zstd"), zstd.err());
  }

  private static byte[] bytes(Map<String, Object> payload) {
    return Json.write(payload).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("R-CONC-07 pruning tells, and takes, what nobody needs")
  void whatNobodyNeedsGoes() {
    script(
        "extra",
        "mkdir etc; echo one >etc/one; tar -cf one.tar etc; echo 2 >etc/two; tar -cf two.tar etc");
    String one = temp.resolve("extra/one.tar").toString();
    String two = temp.resolve("extra/two.tar").toString();
    String old = host.polder("image", "import", "-n", "old:1", one).ok().text();
    host.polder("image", "import", "-n", "new:1", two).ok();
    host.polder("image", "tag", "new:1", "old:1").ok();
    assertEquals("untagged", host.json("image", "get", old).get("tag"));
    assertTrue(host.polder("image", "usage", "-p").ok().text().contains(old));

    assertTrue(host.polder("image", "prune", "--dry-run").ok().text().contains(old));
    assertEquals(old, host.json("image", "get", old).get("uuid"));
    Map<String, Object> pruned = host.json("image", "vacuum");
    assertEquals(old, Json.asObject(Json.asList(pruned.get("images")).get(0)).get("uuid"));
    assertEquals(1, host.polder("image", "get", old).code());
    host.polder("image", "get", "new:1").ok();
  }

  @Test
  void aBuildThatFailsSaysWhyAndLeavesNothing() {
    assume("mmdebstrap");
    CommandResult failed =
        host.polder(
            "image", "build", "--mirror", "file:/nowhere", "-n", "built:1", "debian:bookworm");
    assertEquals(1, failed.code(), failed.toString());
    assertTrue(failed.err().contains("mmdebstrap ended with"), failed.err());
    assertEquals(1, host.polder("image", "get", "built:1").code());
    for (String bad : List.of("debian", "debian:", "debian:-x", "debian:a b", "--x")) {
      assertEquals(2, host.polder("image", "build", bad).code(), bad);
    }
  }
}
