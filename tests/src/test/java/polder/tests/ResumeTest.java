package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;
import polder.tests.harness.SmallDisk;
import polder.tests.harness.TestHost;

/** The line breaks while a zone is sent: what came is kept, and gone on with from there. */
@Tag("kernel")
class ResumeTest {
  private static final int MEBIBYTE = 1 << 20;

  /** Runs both in one pipe, each for its own host; {@code between} is what the line does. */
  private static CommandResult pipe(
      TestHost from, String send, String between, TestHost to, String receive) {
    String polder = Fixtures.ROOT.resolve("polder").toString();
    String line =
        "POLDER_HOME=%s %s %s | %s | POLDER_HOME=%s %s %s; exit ${PIPESTATUS[2]}"
            .formatted(from.home(), polder, send, between, to.home(), polder, receive);
    return Commands.run(
        Map.of("NO_COLOR", "1", "POLDER_NO_BUILD", "1"), new byte[0], List.of("bash", "-c", line));
  }

  /** A zone that runs, with so many mebibytes that nothing makes smaller; answers their digest. */
  private static String zone(TestHost host, int mebibytes) {
    host.create(Map.of("brand", "native", "alias", "web", "cmd", List.of("/bin/sleep", "1000")));
    host.polder("start", "web").ok();
    host.polder(
            "exec",
            "web",
            "sh",
            "-c",
            "head -c %dM /dev/urandom > /root/large; chmod 4711 /root/large".formatted(mebibytes))
        .ok();
    host.polder("snapshot", "create", "web@mon").ok();
    return digest(host);
  }

  private static String digest(TestHost host) {
    return host.polder("exec", "web", "sh", "-c", "sha256sum /root/large; stat -c %a /root/large")
        .ok()
        .text();
  }

  private static List<Map<String, Object>> kept(TestHost host) {
    return Json.asList(Json.read(host.polder("receive", "--list", "-j").ok().out())).stream()
        .map(Json::asObject)
        .toList();
  }

  private static long size(Map<String, Object> partial) {
    return Long.parseLong(String.valueOf(partial.get("size")));
  }

  @Test
  void aStreamThatBreaksOffTwiceGoesOnAndTheZoneIsTheSame() {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      String digest = zone(here, 8);
      String cut = "head -c " + 3 * MEBIBYTE;
      CommandResult broken = pipe(here, "send web@mon", cut, there, "receive --resumable");
      assertEquals(1, broken.code(), broken.toString());
      assertTrue(broken.err().contains("receive --list"), broken.err());
      assertEquals("", there.polder("list", "-q").ok().text());
      Map<String, Object> first = kept(there).getFirst();
      assertEquals("web", first.get("zone"));
      assertEquals("mon", first.get("snapshot"));
      assertTrue(size(first) > 2 * MEBIBYTE && size(first) <= 3 * MEBIBYTE, first.toString());
      String told = there.polder("receive", "--list").ok().text();
      assertTrue(told.contains("web@mon") && told.contains(token(first)), told);

      there.killDaemon();
      pipe(here, "send --resume " + token(first), cut, there, "receive").code(1);
      Map<String, Object> second = kept(there).getFirst();
      assertEquals(first.get("id"), second.get("id"));
      assertTrue(size(second) > size(first) + 2 * MEBIBYTE, second.toString());
      CommandResult old = pipe(here, "send --resume " + token(first), "cat", there, "receive");
      assertTrue(old.code() == 1 && old.err().contains("shows now"), old.toString());

      String line = "tee " + there.home().resolve("rest");
      CommandResult whole = pipe(here, "send --resume " + token(second), line, there, "receive");
      assertEquals(here.polder("get", "web", "uuid").ok().text(), whole.ok().text());
      long rest = there.home().resolve("rest").toFile().length();
      assertTrue(rest > 2 * MEBIBYTE && rest < 4 * MEBIBYTE, "only the rest was sent: " + rest);
      assertEquals(List.of(), kept(there));
      there.polder("start", "web").ok();
      assertEquals(digest, digest(there));
      CommandResult again = pipe(here, "send --resume " + token(second), "cat", there, "receive");
      assertTrue(again.code() == 1 && again.err().contains("nothing is kept"), again.toString());
    }
  }

  private static String token(Map<String, Object> partial) {
    return String.valueOf(partial.get("token"));
  }

  @Test
  void whatIsGivenUpLeavesNothing() throws IOException {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      String digest = zone(here, 4);
      String cut = "head -c " + 2 * MEBIBYTE;
      pipe(here, "send web@mon", cut, there, "receive --resumable").code(1);
      Map<String, Object> partial = kept(there).getFirst();
      String id = String.valueOf(partial.get("id"));
      assertNotEquals(List.of(), named(there.home(), id));
      there.polder("receive", "--abort", id).ok();
      assertEquals(List.of(), kept(there));
      assertEquals(List.of(), named(there.home(), id));
      assertEquals(List.of(), Json.asList(Json.read(there.polder("fsck", "-j").ok().out())));
      CommandResult twice = there.polder("receive", "--abort", id);
      assertTrue(twice.code() == 1 && twice.err().contains("nothing is kept"), twice.toString());
      CommandResult late = pipe(here, "send --resume " + token(partial), "cat", there, "receive");
      assertTrue(late.code() == 1 && late.err().contains("from its beginning"), late.toString());
      pipe(here, "send web@mon", "cat", there, "receive").ok();
      there.polder("start", "web").ok();
      assertEquals(digest, digest(there));
    }
  }

  /** The files of the state that are called so. */
  private static List<String> named(Path home, String id) throws IOException {
    try (var files = Files.walk(home.resolve("state"))) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.contains(id))
          .toList();
    }
  }

  @Test
  @DisplayName("R-DISK-03 a pool is full in the middle of a stream: it goes on after room was made")
  void aFullPoolKeepsWhatCame() throws IOException {
    Assumptions.assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    try (TestHost here = new TestHost();
        TestHost there =
            new TestHost(
                home -> SmallDisk.mount(SmallDisk.Kind.BTRFS, 160, home.resolve("small")))) {
      String digest = zone(here, 32);
      Path place = Files.createDirectory(there.disk().path().resolve("pool"));
      there.polder("pool", "create", "small", "--path", place.toString()).ok();
      Path others = there.disk().path().resolve("others");
      leave(there.disk().path(), others, 40);

      CommandResult full =
          pipe(here, "send web@mon", "cat", there, "receive --resumable --pool small");
      assertEquals(1, full.code(), full.toString());
      assertTrue(full.err().contains("no space"), full.err());
      assertEquals("", there.polder("list", "-q").ok().text());
      Map<String, Object> partial = kept(there).getFirst();
      assertTrue(size(partial) >= MEBIBYTE, partial.toString());
      CommandResult still = pipe(here, "send --resume " + token(partial), "cat", there, "receive");
      assertTrue(still.code() == 1 && still.err().contains("no space"), still.toString());

      Files.delete(others);
      sync(there.disk().path());
      partial = kept(there).getFirst();
      pipe(here, "send --resume " + token(partial), "cat", there, "receive").ok();
      assertEquals(List.of(), kept(there));
      there.polder("start", "web").ok();
      assertEquals(digest, digest(there));
      there.polder("delete", "--force", "web").ok();
      there.polder("pool", "delete", "small").ok();
    }
  }

  /** Takes all of a disk but so many mebibytes, in a file. */
  private static void leave(Path disk, Path file, int mebibytes) throws IOException {
    sync(disk);
    long free = Files.getFileStore(disk).getUsableSpace() / MEBIBYTE;
    String taken = (free - mebibytes) + "M";
    Commands.run(Map.of(), new byte[0], List.of("fallocate", "-l", taken, file.toString())).ok();
    sync(disk);
  }

  private static void sync(Path place) {
    Commands.run(Map.of(), new byte[0], List.of("sync", "-f", place.toString())).ok();
  }
}
