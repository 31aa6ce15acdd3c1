package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.ProcessIdentity;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Every file that the engine keeps, damaged in every way, while zones run. */
@Tag("kernel")
@Timeout(value = 3_600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StateDamageKernelTest {
  private static final List<String> ZONES = List.of("typed", "made", "still");

  private TestHost test;
  private final List<Before> zones = new ArrayList<>();
  private Kept kept;
  @TempDir Path scratch;

  /** A zone before anything was damaged. */
  private record Before(String name, UUID uuid, Optional<ProcessIdentity> process) {}

  @BeforeEach
  void makeTheState() throws IOException {
    test = new TestHost();
    test.host()
        .images()
        .importTarball(Userlands.busybox(scratch), ImageRequest.of("busy:1"), Progress.NONE);
    String talks = "while true; do echo line; sleep 0.05; done";
    test.run(TestHost.spec("typed", talks).with(ZoneProperties.OPEN_STDIN, true));
    test.run(made("made", talks));
    test.run(made("still", "echo said; exit 7"));
    assertEquals(7, test.host().zones().await(TestHost.ref("still")).code());
    for (String name : ZONES) {
      Zone zone = test.get(name);
      zones.add(new Before(name, zone.uuid(), zone.status().pid().flatMap(ProcessIdentity::of)));
    }
    TestHost.eventually("it was started", () -> !test.logs("typed").isEmpty());
    test.letGo();
    kept = new Kept(test.home(), scratch.resolve("kept"));
  }

  private static ZoneSpec made(String name, String script) {
    return ZoneSpec.of(Brand.LX)
        .with(ZoneProperties.ALIAS, name)
        .with(ZoneProperties.IMAGE, "busy:1")
        .with(ZoneProperties.CMD, List.of("/bin/sh", "-c", script));
  }

  @AfterEach
  void leavesNothing() throws IOException {
    kept.restore();
    test.open();
    for (String name : ZONES) {
      test.host().zones().delete(TestHost.ref(name), true);
    }
    test.host().images().delete("busy:1");
    test.close();
  }

  @Test
  @DisplayName(
      "R-DISK-08 whichever file is damaged, and however, the engine starts, names it at most, and"
          + " all zones run on")
  void everyFileDamagedInEveryWay() throws IOException {
    List<String> wrong = new ArrayList<>();
    int tried = 0;
    for (Path file : kept.files()) {
      for (Damage how : Damage.values()) {
        if (how.suits(file)) {
          how.on(file);
          String where = how + " " + test.home().relativize(file);
          try {
            check(file);
          } catch (AssertionError | RuntimeException e) {
            wrong.add(where + ": " + e);
          }
          kept.restore();
          tried++;
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(tried > 80, tried + " damages");
  }

  @Test
  @DisplayName("R-DISK-08 a zone whose record is damaged runs on, and nobody gets its ids")
  void theIdsOfAQuarantinedZoneStayItsOwn() throws IOException {
    Before typed = zones.getFirst();
    String ids = ids(typed.process().orElseThrow().pid());
    Files.writeString(
        HostPaths.below(test.home()).zones().resolve(typed.uuid() + "/zone.json"), "{}");
    for (int i = 0; i < 2; i++) { // when it is put aside, and when it was
      test.open();
      assertTrue(told().contains(typed.uuid() + " could not be read"), told());
      assertTrue(told().contains("runs on"), told());
      Zone other = test.run(TestHost.spec("other", "exec sleep 1000"));
      assertNotEquals(ids, ids(other.status().pid().orElseThrow()));
      test.host().zones().delete(TestHost.ref("other"), true);
      test.letGo();
    }
    assertTrue(typed.process().orElseThrow().exists());
  }

  @Test
  @DisplayName("R-DISK-08 a copy of a record is told by fsck, and is not started with others' ids")
  void aCopiedRecordIsNamed() throws IOException {
    UUID copy = UUID.randomUUID();
    try (ZoneStore store = new ZoneStore(HostPaths.below(test.home()), Optional.empty())) {
      ZoneRecord typed =
          store.scan().whole().stream()
              .filter(record -> record.uuid().equals(zones.getFirst().uuid()))
              .findFirst()
              .orElseThrow();
      store.put(
          new ZoneRecord(
              1,
              typed.spec().with(ZoneProperties.ZONE_UUID, copy),
              typed.ids(),
              typed.created(),
              typed.modified()));
    }
    test.open();
    assertEquals(3, test.host().zones().list().stream().filter(this::runsOrStands).count());
    assertEquals(ZoneState.FAILED, test.host().zones().get(ZoneRef.of(copy)).state());
    assertTrue(told().contains("its ids from"), told());
    assertTrue(told().contains("its alias is another zone's too"), told());
    PolderException e =
        assertThrows(PolderException.class, () -> test.host().zones().start(ZoneRef.of(copy)));
    assertEquals(ErrorKind.WRONG_STATE, e.kind());
    test.host().zones().delete(ZoneRef.of(copy), true);
    assertTrue(zones.getFirst().process().orElseThrow().exists());
    test.letGo();
  }

  private boolean runsOrStands(Zone zone) {
    return zone.state() == ZoneState.RUNNING || zone.state() == ZoneState.INSTALLED;
  }

  private String told() {
    return test.host().fsck().toString();
  }

  private static String ids(int pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/uid_map"));
  }

  private void check(Path file) throws IOException {
    test.open();
    try {
      String told = told();
      for (Before zone : zones) {
        if (!isAsItWas(zone, file)) {
          boolean own = file.toString().contains(zone.uuid().toString());
          boolean images = file.toString().contains("/images/") && !zone.name().equals("typed");
          if (!own && !images) {
            fail(zone.name() + " was not damaged and is " + status(zone));
          }
          if (!told.contains(zone.name()) && !told.contains(zone.uuid().toString())) {
            fail(zone.name() + " is " + status(zone) + " and fsck says only " + told);
          }
        }
        assertTrue(
            zone.process().stream().allMatch(ProcessIdentity::exists),
            "the process of " + zone.name() + " lives on");
      }
    } finally {
      test.letGo();
    }
  }

  private boolean isAsItWas(Before before, Path file) throws IOException {
    try {
      Zone zone = test.host().zones().get(ZoneRef.of(before.uuid()));
      if (before.process().isEmpty()) {
        return zone.state() == ZoneState.INSTALLED;
      }
      return zone.state() == ZoneState.RUNNING
          && zone.status().pid().equals(before.process().map(ProcessIdentity::pid))
          && test.exec(before.name(), "echo well").equals("well\n0")
          && stillWrites(before.name(), file);
    } catch (PolderException e) {
      return false;
    }
  }

  /** Whether what it writes still comes; asked where that may be damaged. */
  private boolean stillWrites(String zone, Path file) {
    if (file.startsWith(HostPaths.below(test.home()).run())) {
      int lines = test.logs(zone).size();
      TestHost.eventually(zone + " writes", () -> test.logs(zone).size() > lines);
    }
    return true;
  }

  private String status(Before zone) {
    try {
      return test.host().zones().get(ZoneRef.of(zone.uuid())).status().toString();
    } catch (PolderException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** What happens to files. */
  private enum Damage {
    EMPTIED,
    HALVED,
    FLIPPED,
    DELETED,
    A_DIRECTORY;

    boolean suits(Path file) {
      return Files.isRegularFile(file) || this == DELETED || this == A_DIRECTORY;
    }

    void on(Path file) throws IOException {
      switch (this) {
        case EMPTIED -> Files.write(file, new byte[0]);
        case HALVED -> {
          byte[] bytes = Files.readAllBytes(file);
          Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        }
        case FLIPPED -> {
          byte[] bytes = Files.readAllBytes(file);
          if (bytes.length > 0) {
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
          }
        }
        case DELETED -> Files.delete(file);
        case A_DIRECTORY -> {
          Files.delete(file);
          Files.createDirectory(file);
        }
      }
    }
  }

  /** All that the engine keeps but the files of zones and images, to be put back. */
  private static final class Kept {
    private final Path home;
    private final Path copies;
    private final List<Path> directories = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();

    Kept(Path home, Path copies) throws IOException {
      this.home = home;
      this.copies = copies;
      Files.createDirectories(copies);
      walk(
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
              directories.add(directory);
              return isRoot(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              files.add(file);
              copy(file, copy(file));
              return FileVisitResult.CONTINUE;
            }
          });
      files.sort(null);
    }

    List<Path> files() {
      return files;
    }

    private Path copy(Path file) {
      return copies.resolve(home.relativize(file).toString().replace('/', '!'));
    }

    private boolean isRoot(Path directory) {
      String path = home.relativize(directory).toString();
      return path.matches("state/storage/[^/]+/(root|upper|work)")
          || path.matches("state/images/[a-z0-9]+/[^/]+/root");
    }

    private void walk(SimpleFileVisitor<Path> visitor) throws IOException {
      for (String top : List.of("state", "run", "log")) {
        Files.walkFileTree(home.resolve(top), visitor);
      }
    }

    /** A FIFO stays the one that the zone has open. */
    private static void copy(Path from, Path to) throws IOException {
      if (Files.isRegularFile(from, LinkOption.NOFOLLOW_LINKS)) {
        Files.copy(from, to);
      } else {
        Files.createLink(to, from);
      }
    }

    void restore() throws IOException {
      for (Path image : list(home.resolve("state/images/damaged"))) {
        Files.move(image, home.resolve("state/images/sha256").resolve(image.getFileName()));
      }
      walk(
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
              return isRoot(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e)
                throws IOException {
              if (!directories.contains(directory)) {
                Files.delete(directory);
              }
              return FileVisitResult.CONTINUE;
            }
          });
      for (Path directory : directories) {
        Files.createDirectories(directory);
      }
      for (Path file : files) {
        copy(copy(file), file);
      }
    }

    private static List<Path> list(Path directory) {
      try (var entries = Files.list(directory)) {
        return entries.toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
