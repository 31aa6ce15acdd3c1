package polder.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** One operation on datasets in a JVM of its own, which dies in the middle, without a farewell. */
final class DyingStorage {
  private static final int DIED = 137;
  private static final UUID ONE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b10");
  private static final UUID TWO = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b11");

  private DyingStorage() {}

  /** {@code DRIVER PLACE OPERATION WHERE}: dies at the place of that number, if it comes by. */
  public static void main(String[] arguments) {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    Function<String, Consumer<String>> failpoints =
        operation ->
            step -> {
              if (left.decrementAndGet() == 0) {
                Runtime.getRuntime().halt(DIED);
              }
            };
    Path place = Path.of(arguments[1]);
    Storage storage =
        arguments[0].equals("btrfs")
            ? BtrfsStorage.open(place, failpoints)
            : OverlayStorage.open(place, failpoints);
    left.set(Integer.parseInt(arguments[3]));
    switch (arguments[2]) {
      case "snapshot" -> storage.snapshot(ONE, "t");
      case "rollback" -> storage.rollback(ONE, "s");
      case "clone" -> storage.clone(ONE, Optional.of("s"), TWO);
      case "remove" -> storage.removeSnapshot(ONE, "t");
      case "destroy" -> storage.destroy(TWO);
      case "receive" -> receive(storage, new Origin.Nothing(), "s");
      case "receive-more" -> receive(storage, new Origin.Snapshot("s"), "t");
      case "rollbacks" -> {
        System.out.println("ready");
        while (true) {
          storage.rollback(ONE, "s");
          storage.rollback(ONE, "t");
        }
      }
      default -> throw new IllegalArgumentException(arguments[2]);
    }
    Runtime.getRuntime().halt(0);
  }

  /** Sends a snapshot from the one to the other, which does not have it. */
  private static void receive(Storage storage, Origin origin, String name) {
    boolean there = storage.find(TWO).isPresent();
    if (there && storage.snapshots(TWO).stream().anyMatch(each -> each.name().equals(name))) {
      return;
    }
    var stream = new ByteArrayOutputStream();
    try (Reception reception = storage.receive(TWO)) {
      storage.send(ONE, name, origin, stream);
      UUID id =
          storage.snapshots(ONE).stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseThrow()
              .id();
      reception.take(origin, name, id, new ByteArrayInputStream(stream.toByteArray()));
      reception.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs it.
   *
   * @return whether it came through
   */
  static boolean run(String driver, String place, String operation, int where)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(driver, place, operation, where)).inheritIO().start();
    int code = process.waitFor();
    if (code != 0 && code != DIED) {
      throw new AssertionError("%s at %d ended with %d".formatted(operation, where, code));
    }
    return code == 0;
  }

  /** Rolls back without end, and is killed a moment after it began, wherever it is then. */
  static void killedWhileRollingBack(String driver, String place, long moment)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(driver, place, "rollbacks", Integer.MAX_VALUE))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var reader = process.inputReader()) {
      if (!"ready".equals(reader.readLine())) {
        throw new AssertionError("it did not begin");
      }
      Thread.sleep(moment);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static List<String> command(String driver, String place, String operation, int where) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            classPath(),
            DyingStorage.class.getName(),
            driver,
            place,
            operation,
            String.valueOf(where)));
    return command;
  }

  private static String classPath() {
    List<String> parts = new ArrayList<>();
    for (String property : List.of("java.class.path", "jdk.module.path")) {
      String path = System.getProperty(property);
      if (path != null && !path.isEmpty()) {
        parts.add(path);
      }
    }
    parts.add(Path.of("target/test-classes").toAbsolutePath().toString());
    return String.join(":", parts);
  }
}
