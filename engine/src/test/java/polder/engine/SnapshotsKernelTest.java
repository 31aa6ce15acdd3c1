package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static polder.engine.TestHost.ref;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneState;

/** Snapshots of zones that run, and what becomes of them when something fails. */
@Tag("kernel")
class SnapshotsKernelTest {
  /** Writes line after line, each only when the one before it is in the file. */
  private static final String WRITER =
      "mkdir -p /root/w; i=0; while :; do i=$((i + 1)); echo $i >> /root/w/lines; done";

  private static void needsBtrfs() throws IOException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
  }

  private static void pool(TestHost test, String name) throws IOException {
    if (!name.equals("zones")) {
      needsBtrfs();
      test.host()
          .pools()
          .create(
              new PoolRequest(name, Optional.of(256L << 20), Optional.empty(), Optional.empty()));
    }
  }

  private static void zone(TestHost test, String name, String pool, String script) {
    test.run(TestHost.spec(name, script).with(ZoneProperties.ZPOOL, pool));
  }

  private static SnapshotRef at(String zone, String name) {
    return new SnapshotRef(ref(zone), name);
  }

  private static Snapshot take(TestHost test, String zone, String name) {
    return test.host().snapshots().create(SnapshotRequest.of(ref(zone), name)).getFirst();
  }

  private static List<String> names(TestHost test, String zone) {
    return test.host().snapshots().list(ref(zone)).stream().map(Snapshot::name).toList();
  }

  private static void awaitFile(TestHost test, String zone, String file) {
    TestHost.eventually(
        file + " in " + zone,
        () -> {
          try {
            return test.exec(zone, "test -s " + file).equals("0");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** From now on it runs, and writes nothing. */
  private static void rest(TestHost test, String zone) {
    Patch patch = new Patch(Map.of("cmd", List.of("sleep", "1000")));
    test.host().zones().update(ref(zone), patch, false);
    test.host().zones().reboot(ref(zone), StopOptions.FORCED);
  }

  /** How many whole lines, 1, 2, 3 …, a file has; fails if anything else is in it. */
  private static int lines(TestHost test, String zone) throws IOException {
    String told =
        test.exec(
            zone,
            "awk 'NR != $1 { exit 1 } END { if (NR != $1) exit 1; print NR }' /root/w/lines; echo $?");
    List<String> out = told.lines().toList();
    assertEquals("0", out.get(1), told);
    return Integer.parseInt(out.get(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  @DisplayName("R-SNAP-01 a snapshot of a zone that writes holds a prefix of what it wrote")
  void aSnapshotHoldsAPrefix(String pool) throws IOException {
    try (TestHost test = new TestHost()) {
      pool(test, pool);
      zone(test, "in", pool, WRITER);
      awaitFile(test, "in", "/root/w/lines");
      for (int i = 0; i < 3; i++) {
        take(test, "in", "s" + i);
      }
      assertEquals(ZoneState.RUNNING, test.get("in").state());
      assertFalse(test.get("in").status().paused());
      rest(test, "in");
      int before = 0;
      for (int i = 0; i < 3; i++) {
        test.host().snapshots().rollback(at("in", "s" + i), true);
        int now = lines(test, "in");
        assertTrue(now >= before, now + " lines after " + before);
        before = now;
      }
      assertEquals(List.of("s0", "s1", "s2"), names(test, "in"));
    }
  }

  @Test
  @DisplayName("R-SNAP-01 in a group's snapshots none holds what came after another's")
  void aGroupIsTakenAtOneInstant() throws IOException {
    try (TestHost test = new TestHost()) {
      pool(test, "fast");
      Path shared = Files.createDirectory(test.home().resolve("shared"));
      Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
      List<Filesystem> both =
          List.of(new Filesystem(shared.toString(), "/shared", "lofs", List.of()));
      String keep = "echo $n > /root/w/x; mv /root/w/x /root/w/n";
      String ahead =
          "mkdir -p /root/w; n=0; while :; do n=$((n + 1)); %s; echo $n > /shared/x;"
                  .formatted(keep)
              + " mv /shared/x /shared/n; done";
      String after =
          "mkdir -p /root/w; while :; do n=$(cat /shared/n 2>/dev/null) && %s; done"
              .formatted(keep);
      test.run(TestHost.spec("ahead", ahead).with(ZoneProperties.FILESYSTEMS, both));
      test.run(
          TestHost.spec("after", after)
              .with(ZoneProperties.ZPOOL, "fast")
              .with(ZoneProperties.FILESYSTEMS, both));
      awaitFile(test, "after", "/root/w/n");
      for (int i = 0; i < 3; i++) {
        test.host()
            .snapshots()
            .create(new SnapshotRequest(List.of(ref("after"), ref("ahead")), Optional.of("g" + i)));
      }
      rest(test, "ahead");
      rest(test, "after");
      for (int i = 0; i < 3; i++) {
        long there = stamp(test, "ahead", "g" + i);
        long seen = stamp(test, "after", "g" + i);
        assertTrue(seen <= there, "%d was seen of %d".formatted(seen, there));
      }
    }
  }

  /** What a zone wrote last before a snapshot. */
  private static long stamp(TestHost test, String zone, String snapshot) throws IOException {
    test.host().snapshots().rollback(at(zone, snapshot), true);
    String told = test.exec(zone, "cat /root/w/n");
    assertTrue(told.endsWith("\n0"), told);
    return Long.parseLong(told.substring(0, told.length() - 2));
  }

  @Test
  @DisplayName("R-SNAP-01 zones that stood still when the engine died go on, those paused stay so")
  void whatStoodStillGoesOn() throws Exception {
    try (TestHost test = new TestHost()) {
      zone(test, "runs", "zones", "exec sleep 1000");
      zone(test, "held", "zones", "exec sleep 1000");
      test.host().zones().pause(ref("held"));
      int pid = test.get("runs").status().pid().orElseThrow();
      Failpoints points = Failpoints.unarmed();
      test.open(points);
      // the last zone's snapshot fails, and so does all that would take it back
      points.arm("dataset-snapshot.1+=error(EIO);snapshot-undo.1+=error(EIO)");
      PolderException told =
          assertThrows(
              PolderException.class,
              () ->
                  test.host()
                      .snapshots()
                      .create(
                          new SnapshotRequest(
                              List.of(ref("runs"), ref("held")), Optional.of("x"))));
      assertTrue(String.valueOf(told.getMessage()).contains("failpoint"), told.getMessage());
      points.arm("");
      assertEquals(List.of(), names(test, "runs"));
      assertEquals(List.of(), names(test, "held"));
      assertEquals("0", test.exec("runs", "true"));
      assertEquals(pid, test.get("runs").status().pid().orElseThrow());
      assertTrue(test.get("held").status().paused());
      assertEquals(List.of(), test.host().fsck());
    }
  }

  @Test
  @DisplayName("R-DISK-03 a snapshot in a full pool leaves nothing, and others are deleted there")
  void aFullPool() throws IOException {
    try (TestHost test = new TestHost()) {
      pool(test, "fast");
      zone(test, "in", "fast", "exec sleep 1000");
      take(test, "in", "before");
      test.exec("in", "dd if=/dev/zero of=/root/fill bs=64k 2>/dev/null; sync");
      test.exec("in", "i=0; while echo more > /root/m$i; do i=$((i + 1)); done 2>/dev/null");
      for (int i = 0; i < 100; i++) {
        try {
          take(test, "in", "full" + i);
        } catch (PolderException e) {
          assertEquals(ErrorKind.NO_ROOM, e.kind(), e.getMessage());
          break;
        }
      }
      assertEquals("0", test.exec("in", "true"));
      for (String name : names(test, "in")) {
        if (!name.equals("before")) {
          test.host().snapshots().delete(at("in", name));
        }
      }
      test.host().snapshots().rollback(at("in", "before"), true);
      assertEquals("1", test.exec("in", "test -e /root/fill"));
      take(test, "in", "again");
      assertEquals(List.of("before", "again"), names(test, "in"));
    }
  }
}
