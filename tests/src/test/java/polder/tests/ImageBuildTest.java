package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/** An image is made of Debian's packages, where Debian's archive can be reached. */
@Tag("kernel")
class ImageBuildTest {
  private static final String RELEASE = "http://deb.debian.org/debian/dists/bookworm/InRelease";
  private static final Path HELPER = Path.of("/usr/lib/apt/apt-helper");

  @TempDir Path temp;

  /** Asks as apt(8) does, with the proxy that this host has, for a file of some 150 KiB. */
  private void needsTheArchive() {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/mmdebstrap")),
        "no mmdebstrap: apt install mmdebstrap");
    Assumptions.assumeTrue(Files.isExecutable(HELPER), "no apt on this host");
    CommandResult asked =
        Commands.run(
            Map.of(),
            new byte[0],
            List.of(
                HELPER.toString(),
                "-oAcquire::Retries=0",
                "-oAcquire::http::Timeout=20",
                "download-file",
                RELEASE,
                temp.resolve("InRelease").toString()));
    Assumptions.assumeTrue(asked.code() == 0, "Debian's archive cannot be reached from this host");
  }

  /** Unpacked and not installed: what is least to download, and quick on a host with much to do. */
  @Test
  void aBuildHasThePackagesThatItIncludesAndAZoneRunsThem() {
    needsTheArchive();
    try (TestHost host = new TestHost()) {
      String uuid =
          host.polder(
                  "image",
                  "build",
                  "-n",
                  "small:1",
                  "--variant",
                  "extract",
                  "--include",
                  "hello,busybox-static",
                  "debian:bookworm")
              .ok()
              .text();
      assertEquals(uuid, host.json("image", "get", "small:1").get("uuid"));
      assertEquals("Hello, world!", host.polder("run", "--rm", "small:1", "hello").ok().text());
      assertEquals(
          "0:0",
          host.polder("run", "--rm", "small:1", "busybox", "stat", "-c", "%u:%g", "/usr/bin/hello")
              .ok()
              .text());
    }
  }
}
