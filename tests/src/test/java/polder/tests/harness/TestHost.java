package polder.tests.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import polder.model.Json;

/**
 * A host of a test's own: its own home, its own daemon, asked through the command line.
 *
 * <p>Closing it deletes every zone and image, ends the daemon, and fails if the machine is not as
 * it was before (HX-1), or if the daemon holds more than when it was new (HX-2).
 */
public final class TestHost implements AutoCloseable {
  private static final int CANARIES = 20;

  private final Path home;
  private final Path canaries;
  private final HostSnapshot before;
  private final @Nullable SmallDisk disk;
  private final Optional<Path> network;
  private final long firstDaemon;
  private final LeakCount idle;

  /**
   * Makes an empty host below the temporary directory; its daemon starts with the first command.
   */
  public TestHost() {
    this(null, Optional.empty());
  }

  /** Makes an empty host whose network is the namespace at {@code network}, not the machine's. */
  public TestHost(Path network) {
    this(null, Optional.of(network));
  }

  /**
   * Makes an empty host, with a disk of its own for all of it or for a part.
   *
   * @param disk mounts the disk on a directory in the home that it is given, or on the home itself
   */
  public TestHost(Function<Path, SmallDisk> disk) {
    this(disk, Optional.empty());
  }

  private TestHost(@Nullable Function<Path, SmallDisk> disk, Optional<Path> network) {
    this.network = network;
    try {
      home = Files.createTempDirectory("polder-test-");
      canaries = Files.createTempDirectory("polder-canary-");
      Files.setPosixFilePermissions(canaries, PosixFilePermissions.fromString("rwx------"));
      for (int i = 0; i < CANARIES; i++) {
        Path canary = canaries.resolve("canary" + i);
        Files.writeString(canary, "secret " + i);
        Files.setPosixFilePermissions(canary, PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    before = HostSnapshot.take(home, canaries);
    this.disk = disk == null ? null : disk.apply(home);
    firstDaemon = daemonPid();
    idle = LeakCount.of(firstDaemon);
  }

  /** Where it lives. */
  public Path home() {
    return home;
  }

  /** The disk of its own that it was made with. */
  public SmallDisk disk() {
    return Objects.requireNonNull(disk, "this host has no disk of its own");
  }

  /** {@code polder WORD…}. */
  public CommandResult polder(String... words) {
    return polderWith(new byte[0], words);
  }

  /** {@code polder WORD…} with {@code input} on its standard input. */
  public CommandResult polderWith(byte[] input, String... words) {
    return Commands.run(environment(), input, command(words));
  }

  /** Starts {@code polder WORD…} and leaves it running. */
  public Process start(String... words) {
    return Commands.start(environment(), command(words));
  }

  /** What {@code polder WORD… -j} prints, as a JSON object. */
  public Map<String, Object> json(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("-j");
    return Json.object(polder(all.toArray(new String[0])).ok().out());
  }

  /** Creates a zone from a payload and answers its uuid. */
  public String create(Map<String, Object> payload) {
    byte[] json = Json.write(payload).getBytes(StandardCharsets.UTF_8);
    Object created = Json.read(polderWith(json, "create", "-j", "-f", "-").ok().out());
    return String.valueOf(Json.asObject(created).get("uuid"));
  }

  /** Imports the busybox userland as {@code busybox:latest}, once. */
  public void importBusybox() {
    polder("image", "import", "--name", "busybox", Fixtures.busybox().toString()).ok();
  }

  /** Imports the Debian userland as {@code debian:12}. */
  public void importDebian() {
    polder("image", "import", "--name", "debian:12", Fixtures.debian().toString()).ok();
  }

  /** The daemon's pid. */
  public long daemonPid() {
    return Long.parseLong(String.valueOf(json("info").get("daemon_pid")));
  }

  /**
   * Kills the daemon with SIGKILL and waits until it is gone; the next command starts a new one.
   */
  public void killDaemon() {
    long pid = daemonPid();
    Commands.run(Map.of(), new byte[0], List.of("kill", "-9", String.valueOf(pid))).ok();
    eventually(
        "the daemon is gone",
        () -> !Files.exists(Path.of("/proc/" + pid + "/stat")) || endedWhole(pid));
  }

  /** Ends the daemon as an administrator does; the next command starts a new one. */
  public void stopDaemon() {
    stopDaemon(daemonPid());
  }

  private static void stopDaemon(long pid) {
    Commands.run(Map.of(), new byte[0], List.of("kill", String.valueOf(pid))).ok();
    eventually(
        "the daemon ends on SIGTERM",
        () -> !Files.exists(Path.of("/proc/" + pid + "/stat")) || endedWhole(pid));
  }

  /** A process whose first thread has ended may still have others that hold its socket. */
  private static boolean endedWhole(long pid) {
    String[] threads = Path.of("/proc/" + pid + "/task").toFile().list();
    return stateOf(pid) == 'Z' && (threads == null || threads.length <= 1);
  }

  private static char stateOf(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return 'Z';
    }
  }

  /** Waits until {@code condition} holds, for as long as ten seconds may take here. */
  public static void eventually(String what, BooleanSupplier condition) {
    Duration most = Figures.within(10);
    long end = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + most + ": " + what);
      }
      rest(Duration.ofMillis(20));
    }
  }

  /** Waits that long. */
  public static void rest(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting", e);
    }
  }

  /**
   * Lets all zones together have no more processes than {@code most}, whatever is wrong with what
   * bounds each of them. There has to be a zone that runs.
   */
  public void limitProcesses(int most) {
    try {
      Files.writeString(processGroup().resolve("pids.max"), String.valueOf(most));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many processes and threads a zone that runs has, as its control group counts them. */
  public int processesOf(UUID zone) {
    try {
      Path count = processGroup().resolve(zone.toString()).resolve("pids.current");
      return Integer.parseInt(Files.readString(count).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path processGroup() {
    Path v1 = Path.of("/sys/fs/cgroup/pids", CgroupNames.of(home));
    return Files.exists(v1) ? v1 : Path.of("/sys/fs/cgroup", CgroupNames.of(home));
  }

  /** Nothing is built: Maven would run inside of Maven, on the same directories. */
  private Map<String, String> environment() {
    return Map.of("POLDER_HOME", home.toString(), "NO_COLOR", "1", "POLDER_NO_BUILD", "1");
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>();
    network.ifPresent(file -> command.addAll(List.of("nsenter", "--net=" + file)));
    command.add(Fixtures.ROOT.resolve("polder").toString());
    command.addAll(List.of(words));
    return command;
  }

  @Override
  public void close() {
    try {
      for (Object zone : Json.asList(Json.read(polder("list", "-j").ok().out()))) {
        polder("delete", "--force", String.valueOf(Json.asObject(zone).get("uuid"))).ok();
      }
      long daemon = daemonPid();
      if (daemon == firstDaemon) {
        heldNoMore(daemon);
      }
      stopDaemon(daemon);
      if (disk != null) {
        disk.close();
      }
      List<String> difference = difference();
      assertEquals(List.of(), difference, "the host is not as it was before");
    } finally {
      HostSnapshot.pids(home).forEach(pid -> ProcessHandle.of(pid).ifPresent(TestHost::kill));
      if (disk != null) {
        disk.close();
      }
      delete(home);
      delete(canaries);
    }
  }

  /** Of a test that failed: it must not go on beside the next one. */
  private static void kill(ProcessHandle left) {
    left.destroyForcibly();
    left.onExit().orTimeout(10, TimeUnit.SECONDS).handle((ended, late) -> ended).join();
  }

  private void heldNoMore(long daemon) {
    try {
      eventually("it lets go", () -> LeakCount.of(daemon).grownSince(idle).isEmpty());
    } catch (AssertionError e) {
      List<String> open = LeakCount.open(daemon);
      throw new AssertionError(
          "the daemon holds more than when it was new: %s; open: %s"
              .formatted(LeakCount.of(daemon).grownSince(idle), open),
          e);
    }
  }

  /** What is different now; looked at for five seconds, because the kernel clears up behind us. */
  private List<String> difference() {
    List<String> difference = List.of("never looked");
    for (int i = 0; i < 25; i++) {
      difference = HostSnapshot.take(home, canaries).since(before);
      if (difference.isEmpty()) {
        break;
      }
      rest(Duration.ofMillis(200));
    }
    return difference;
  }

  private static void delete(Path tree) {
    try (Stream<Path> all = Files.walk(tree)) {
      all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      // a temporary directory; the assertion above has said what matters
    }
  }
}
