package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What every driver does with datasets and snapshots, whatever they are to it. */
abstract class StorageContract {
  private static final UUID ONE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b10");
  private static final UUID TWO = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b11");
  private static final FileName FILE = FileName.of("file");

  @TempDir Path temp;
  private Storage storage;
  private final List<String> steps = new ArrayList<>();
  private int failing = -1;

  /** Opens the driver, again after {@link #shut}, on the same place below {@link #temp}. */
  abstract Storage open(Function<String, Consumer<String>> failpoints);

  /** Closes it. */
  abstract void shut(Storage storage);

  /** What a process of its own opens it by: {@link DyingStorage}. */
  abstract String place();

  @BeforeEach
  void begin() throws IOException {
    Path lower = Files.createDirectories(temp.resolve("layers/1"));
    Files.writeString(lower.resolve("from-image"), "image");
    Files.writeString(Files.createDirectories(lower.resolve("etc")).resolve("motd"), "hello");
    Files.writeString(
        Files.createDirectories(temp.resolve("layers/2")).resolve("upper-layer"), "2");
    storage = open(this::places);
  }

  @AfterEach
  void end() {
    shut(storage);
  }

  private void again() {
    shut(storage);
    storage = open(this::places);
  }

  private Consumer<String> places(String operation) {
    return step -> {
      if (failing > 0) {
        steps.add(operation + ": " + step);
      }
      if (failing > 0 && steps.size() == failing) {
        throw new Broken();
      }
    };
  }

  /** A step that fails. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Broken() {
      super("broken here by the test");
    }
  }

  private List<Path> layers() {
    return List.of(temp.resolve("layers/1"), temp.resolve("layers/2"));
  }

  private void write(UUID zone, String text) {
    try (Directory root = StoppedRoot.open(storage.find(zone).orElseThrow())) {
      if (root.find(FILE).isPresent()) {
        root.remove(FILE);
      }
      try (RegularFile file = root.create(FILE, 0600)) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        file.write(bytes, 0, bytes.length);
      }
    }
  }

  private String read(UUID zone) {
    return read(zone, "file");
  }

  private String read(UUID zone, String name) {
    try (Directory root = StoppedRoot.open(storage.find(zone).orElseThrow());
        RegularFile file = root.read(FileName.of(name))) {
      return new String(file.readAll(1000), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private List<String> names(UUID zone) {
    return storage.snapshots(zone).stream().map(StoredSnapshot::name).toList();
  }

  @Test
  void aSnapshotIsTheDatasetAsItWas() {
    storage.create(ONE, layers());
    write(ONE, "first");
    Instant before = Instant.now();
    StoredSnapshot taken = storage.snapshot(ONE, "monday");
    write(ONE, "second");
    assertEquals(taken, storage.snapshot(ONE, "monday"), "it may be called again");
    storage.snapshot(ONE, "a:b_C.d-1");

    assertEquals(List.of("monday", "a:b_C.d-1"), names(ONE));
    assertTrue(
        Duration.between(before, taken.created()).abs().compareTo(Duration.ofMinutes(1)) < 0);
    again();
    assertEquals(List.of("monday", "a:b_C.d-1"), names(ONE));
    assertEquals("second", read(ONE));

    storage.rollback(ONE, "monday");
    assertEquals("first", read(ONE));
    assertEquals("image", read(ONE, "from-image"));
    assertEquals(List.of("monday", "a:b_C.d-1"), names(ONE), "newer snapshots stay");
    write(ONE, "third");
    storage.rollback(ONE, "a:b_C.d-1");
    assertEquals("second", read(ONE));
    storage.rollback(ONE, "monday");
    storage.rollback(ONE, "monday");
    assertEquals("first", read(ONE));
  }

  @Test
  void aRollbackBringsBackWhatWasDeletedAndTakesAwayWhatWasMade() {
    storage.create(ONE, layers());
    write(ONE, "kept");
    storage.snapshot(ONE, "s");
    try (Directory root = StoppedRoot.open(storage.find(ONE).orElseThrow())) {
      root.remove(FileName.of("from-image"));
      root.remove(FILE);
      polder.linux.Tree.delete(root, FileName.of("etc"));
      root.makeDirectory(FileName.of("etc"), 0755);
      root.makeDirectory(FileName.of("new"), 0755);
    }
    storage.snapshot(ONE, "after");
    storage.rollback(ONE, "s");
    assertEquals("image", read(ONE, "from-image"));
    assertEquals("kept", read(ONE));
    try (Directory root = StoppedRoot.open(storage.find(ONE).orElseThrow())) {
      assertTrue(root.find(FileName.of("new")).isEmpty());
      try (Directory etc = root.enter(FileName.of("etc"))) {
        assertTrue(etc.find(FileName.of("motd")).isPresent());
      }
    }
    storage.rollback(ONE, "after");
    try (Directory root = StoppedRoot.open(storage.find(ONE).orElseThrow())) {
      assertTrue(root.find(FileName.of("from-image")).isEmpty());
      try (Directory etc = root.enter(FileName.of("etc"))) {
        assertTrue(etc.find(FileName.of("motd")).isEmpty());
      }
    }
  }

  @Test
  void aCloneLivesOnItsOwn() {
    storage.create(ONE, layers());
    write(ONE, "first");
    storage.snapshot(ONE, "s");
    write(ONE, "second");
    Root live = storage.clone(ONE, Optional.empty(), TWO);
    assertEquals(live, storage.clone(ONE, Optional.empty(), TWO), "it may be called again");
    assertEquals("second", read(TWO));
    assertEquals("image", read(TWO, "from-image"));
    assertEquals(List.of(), names(TWO));
    UUID three = UUID.randomUUID();
    storage.clone(ONE, Optional.of("s"), three);
    assertEquals("first", read(three));
    write(three, "third");
    assertEquals("second", read(ONE));

    storage.destroy(ONE);
    again();
    assertEquals("second", read(TWO));
    assertEquals("third", read(three));
    assertEquals(2, storage.list().size());
  }

  @Test
  void anEmptyTreeHasSnapshotsToo() {
    storage.create(ONE, List.of());
    write(ONE, "first");
    storage.snapshot(ONE, "s");
    write(ONE, "second");
    storage.clone(ONE, Optional.of("s"), TWO);
    storage.rollback(ONE, "s");
    assertEquals("first", read(ONE));
    assertEquals("first", read(TWO));
  }

  @Test
  void aSnapshotIsRemovedAloneAndDestroyedWithItsDataset() {
    storage.create(ONE, layers());
    storage.snapshot(ONE, "a");
    storage.snapshot(ONE, "b");
    storage.removeSnapshot(ONE, "a");
    storage.removeSnapshot(ONE, "a");
    storage.removeSnapshot(TWO, "a");
    assertEquals(List.of("b"), names(ONE));
    storage.destroy(ONE);
    assertEquals(Optional.empty(), storage.find(ONE));
    storage.create(ONE, layers());
    assertEquals(List.of(), names(ONE));
  }

  @Test
  void whatIsNotThereIsNamed() {
    storage.create(ONE, layers());
    refused(ErrorKind.NOT_FOUND, "'x'", () -> storage.rollback(ONE, "x"));
    refused(ErrorKind.NOT_FOUND, "'x'", () -> storage.clone(ONE, Optional.of("x"), TWO));
    refused(ErrorKind.NOT_FOUND, TWO.toString(), () -> storage.snapshot(TWO, "x"));
    refused(ErrorKind.NOT_FOUND, TWO.toString(), () -> storage.snapshots(TWO));
    refused(
        ErrorKind.NOT_FOUND, TWO.toString(), () -> storage.clone(TWO, Optional.empty(), ONE_MORE));
    assertEquals(List.of(ONE), storage.list());
  }

  private static final UUID ONE_MORE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b12");

  @Test
  @DisplayName("S-PATH-01 the name of a snapshot leads nowhere")
  void namesAreChecked() {
    storage.create(ONE, layers());
    for (String name :
        List.of("", ".", "..", "../x", "a/b", "-a", ".a", "a b", "a\n", "a\0", "x".repeat(65))) {
      refused(ErrorKind.INVALID, "snapshot name", () -> storage.snapshot(ONE, name));
      refused(ErrorKind.INVALID, "snapshot name", () -> storage.rollback(ONE, name));
      refused(ErrorKind.INVALID, "snapshot name", () -> storage.removeSnapshot(ONE, name));
      refused(ErrorKind.INVALID, "snapshot name", () -> storage.clone(ONE, Optional.of(name), TWO));
    }
    assertEquals(List.of(), names(ONE));
  }

  private static void refused(ErrorKind kind, String part, Runnable act) {
    PolderException refusal = assertThrows(PolderException.class, act::run);
    assertEquals(kind, refusal.kind(), refusal.getMessage());
    assertTrue(String.valueOf(refusal.getMessage()).contains(part), refusal.getMessage());
  }

  @Test
  @DisplayName("R-CRASH-02 a step of a snapshot, rollback or clone that fails: all or nothing")
  void aStepThatFailsLeavesTheOldOrTheNew() {
    storage.create(ONE, layers());
    write(ONE, "old");
    storage.snapshot(ONE, "s");
    sweep(() -> storage.snapshot(ONE, "t"), () -> names(ONE).contains("t"));
    write(ONE, "new");
    sweep(() -> storage.rollback(ONE, "s"), () -> read(ONE).equals("old"));
    sweep(
        () -> storage.clone(ONE, Optional.of("s"), TWO),
        () -> storage.find(TWO).isPresent() && read(TWO).equals("old"));
    sweep(() -> storage.removeSnapshot(ONE, "t"), () -> !names(ONE).contains("t"));
    sweep(() -> storage.destroy(TWO), () -> storage.find(TWO).isEmpty());
    assertEquals(List.of("s"), names(ONE));
    assertEquals(List.of(), storage.stuck());
  }

  @Test
  @DisplayName("R-CRASH-02 killed at each step of a snapshot, rollback or clone: old or new")
  void aDeathLeavesTheOldOrTheNew() throws Exception {
    storage.create(ONE, layers());
    write(ONE, "old");
    storage.snapshot(ONE, "s");
    write(ONE, "new");
    dies("snapshot", () -> names(ONE).contains("t"));
    dies("receive", () -> storage.find(TWO).isPresent() && read(TWO).equals("old"));
    dies("receive-more", this::hasReceivedMore);
    dies("destroy", () -> storage.find(TWO).isEmpty());
    dies("rollback", () -> read(ONE).equals("old"));
    dies("clone", () -> storage.find(TWO).isPresent() && read(TWO).equals("old"));
    dies("remove", () -> !names(ONE).contains("t"));
    dies("destroy", () -> storage.find(TWO).isEmpty());
    assertEquals(List.of("s"), names(ONE));
    assertEquals("old", read(ONE));
    assertEquals("image", read(ONE, "from-image"));
    assertEquals(List.of(), storage.stuck());
  }

  private boolean hasReceivedMore() {
    boolean shown = names(TWO).contains("t");
    assertEquals(shown ? "new" : "old", read(TWO), "the snapshot and the files are one step");
    return shown;
  }

  /** Lets a process of its own die at the first place, the second and so on. */
  private void dies(String operation, java.util.function.BooleanSupplier done) throws Exception {
    assertFalse(done.getAsBoolean(), operation);
    int deaths = 0;
    while (true) {
      shut(storage);
      boolean through = DyingStorage.run(driver(), place(), operation, deaths + 1);
      storage = open(this::places);
      if (through) {
        break;
      }
      deaths++;
      if (storage.find(ONE).isPresent()) {
        assertTrue(List.of("old", "new").contains(read(ONE)), operation + " at " + deaths);
      }
      if (done.getAsBoolean()) {
        shut(storage);
        assertTrue(DyingStorage.run(driver(), place(), operation, 99), operation + " once more");
        storage = open(this::places);
        break;
      }
    }
    assertTrue(deaths > 0, operation + " passes no place");
    assertTrue(done.getAsBoolean(), operation);
  }

  @Test
  @DisplayName("R-CRASH-02 killed at any moment of a rollback: old or new, and whole")
  void aDeathAtAnyMomentLeavesOneOfTheTwo() throws Exception {
    storage.create(ONE, layers());
    write(ONE, "old");
    storage.snapshot(ONE, "s");
    write(ONE, "new");
    storage.snapshot(ONE, "t");
    String driver = driver();
    var random = new java.util.Random(1);
    for (int i = 0; i < (Boolean.getBoolean("polder.full") ? 200 : 8); i++) {
      shut(storage);
      DyingStorage.killedWhileRollingBack(driver, place(), random.nextInt(40));
      storage = open(this::places);
      assertTrue(List.of("old", "new").contains(read(ONE)), "killed " + i);
      assertEquals("image", read(ONE, "from-image"));
      assertEquals(List.of("s", "t"), names(ONE));
      assertEquals(List.of(), storage.stuck());
    }
  }

  private String driver() {
    return storage.driver();
  }

  @Test
  @DisplayName("R-CONC-07 many make, clone and destroy datasets at once, and nothing is left")
  void manyAtOnce() throws Exception {
    storage.create(ONE, layers());
    write(ONE, "first");
    storage.snapshot(ONE, "s");
    try (var all = java.util.concurrent.Executors.newFixedThreadPool(6)) {
      List<java.util.concurrent.Future<?>> works = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        boolean clones = i % 2 == 0;
        works.add(
            all.submit(
                () -> {
                  for (int round = 0; round < 8; round++) {
                    UUID zone = UUID.randomUUID();
                    if (clones) {
                      storage.clone(ONE, Optional.of("s"), zone);
                      assertEquals("first", read(zone));
                    } else {
                      storage.create(zone, layers());
                      assertEquals("2", read(zone, "upper-layer"));
                    }
                    storage.snapshot(zone, "x");
                    storage.destroy(zone);
                  }
                }));
      }
      for (var work : works) {
        work.get();
      }
    }
    assertEquals(List.of(ONE), storage.list());
    assertEquals(List.of(), storage.stuck());
    assertEquals("first", read(ONE));
  }

  /** Fails the first step, the second and so on, opens again after each, until none fails. */
  private void sweep(Runnable act, java.util.function.BooleanSupplier done) {
    assertFalse(done.getAsBoolean());
    int place = 0;
    boolean broken = true;
    while (broken) {
      place++;
      steps.clear();
      failing = place;
      broken = false;
      try {
        act.run();
      } catch (Broken e) {
        broken = true;
      }
      failing = -1;
      boolean now = done.getAsBoolean();
      again();
      assertEquals(now, done.getAsBoolean(), "after step " + place + " of " + steps);
    }
    assertTrue(place > 1, "no step was told");
    assertTrue(done.getAsBoolean());
  }
}
