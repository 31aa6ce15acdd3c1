package polder.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import polder.linux.CgroupHost;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.model.AdoptRequest;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.Finding;
import polder.model.Host;
import polder.model.Image;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Pool;
import polder.model.Progress;
import polder.model.Session;
import polder.model.Volume;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** A host in a directory of its own, and that nothing of it is left in the end. */
final class TestHost implements AutoCloseable {
  private final Path home;
  private final Launcher launcher = Launcher.start();
  private final NetworkShell network;
  private final List<ProcessHandle> others; // children of this program that are not the host's
  private Host host;

  TestHost() throws IOException {
    home = Files.createTempDirectory(Path.of("/var/tmp"), "polder-engine-test-");
    network = NetworkShell.start(launcher);
    others = ProcessHandle.current().children().toList();
    host = open(HostPaths.below(home), Failpoints.NONE);
  }

  private Host open(HostPaths paths, Failpoints failpoints) {
    return Polder.open(paths, failpoints, Namespace.NET.of(network.pid()));
  }

  /** The children of this program that the host has made. */
  List<ProcessHandle> children() {
    return ProcessHandle.current().children().filter(each -> !others.contains(each)).toList();
  }

  /** The file of the network namespace that is the host's. */
  Path network() {
    return Path.of("/proc/%d/ns/net".formatted(network.pid()));
  }

  /** What a shell in that namespace prints of {@code script}. */
  String inside(String script) {
    return network.run(script);
  }

  Path home() {
    return home;
  }

  Host host() {
    return host;
  }

  /** Closes the engine and opens it again. */
  void reopen() {
    host.close();
    open();
  }

  /** Closes the engine, so that somebody else can open it. */
  void letGo() {
    host.close();
  }

  void open() {
    host = open(HostPaths.below(home), Failpoints.NONE);
  }

  /** Closes the engine and opens it again, to fail as {@code failpoints} say. */
  void open(Failpoints failpoints) {
    host.close();
    openClosed(failpoints);
  }

  /** Opens the engine, which was let go of, to fail as {@code failpoints} say. */
  void openClosed(Failpoints failpoints) {
    host = open(HostPaths.below(home), failpoints);
  }

  /** Waits until it is noted that the zones that start with the host were started. */
  static void awaitAutoboot(Host host) {
    Path noted = Path.of(String.valueOf(host.info().paths().get("run"))).resolve("autoboot.json");
    eventually("autoboot is done", () -> Files.exists(noted));
  }

  /** What is set for a zone in a file of its control group; nothing if it has none. */
  String limit(UUID zone, String file) {
    Path group = Path.of(HostPaths.below(home).cgroups()).resolve(zone.toString()).resolve(file);
    try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
      for (Path place : Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), hierarchies).toList()) {
        if (Files.exists(place.resolve(group))) {
          return Files.readString(place.resolve(group)).strip();
        }
      }
      return "";
    } catch (IOException e) {
      return ""; // it went away meanwhile
    }
  }

  void clearZones() {
    for (Zone zone : host.zones().list()) {
      host.zones().delete(ZoneRef.of(zone.uuid()), true, Duration.ZERO);
    }
    DeletedRows.clear(host);
  }

  /** Deletes all zones, volumes, images and pools. */
  void clear() {
    host.transfers().partials().forEach(each -> host.transfers().abort(each.id()));
    adopt();
    clearZones();
    for (Volume volume : host.volumes().list()) {
      host.volumes().delete(volume.name());
    }
    for (Image image : host.images().list()) {
      host.images().delete(image.name() + ":" + image.tag());
    }
    host.balances().list().forEach(balance -> host.balances().delete(balance.name()));
    host.firewall().list().forEach(rule -> host.firewall().delete(rule.uuid().toString()));
    host.firewall().remotes().forEach(remote -> host.firewall().deleteRemote(remote.uuid()));
    host.networks().list().forEach(network -> host.networks().delete(network.name()));
    for (Pool pool : host.pools().list()) {
      if (!pool.name().equals(Pool.DEFAULT)) {
        host.pools().delete(pool.name());
      }
    }
  }

  /** Takes over all that is in pools, so that it can be deleted. */
  private void adopt() {
    for (Pool pool : host.pools().list()) {
      if (!pool.name().equals(Pool.DEFAULT) && pool.problem().isEmpty()) {
        AdoptRequest all = new AdoptRequest(List.of(), true, false);
        var _ = host.pools().adopt(pool.name(), all, Progress.NONE);
      }
    }
  }

  static ZoneRef ref(String name) {
    return new ZoneRef(name);
  }

  /** A native zone that runs {@code script}. */
  static ZoneSpec spec(String alias, String script) {
    return ZoneSpec.of(Brand.NATIVE)
        .with(ZoneProperties.ALIAS, alias)
        .with(ZoneProperties.STOP_TIMEOUT, 2L)
        .with(ZoneProperties.CMD, List.of("/bin/sh", "-c", script));
  }

  Zone run(ZoneSpec spec) {
    Zone zone = host.zones().create(spec);
    return host.zones().start(ZoneRef.of(zone.uuid()));
  }

  /** Runs a zone that does not hear SIGTERM, and waits until it does not. */
  Zone runDeaf(String alias) {
    Zone zone = run(spec(alias, "trap '' TERM; echo deaf; while true; do sleep 0.1; done"));
    eventually(alias + " is deaf", () -> logs(alias).contains("deaf"));
    return zone;
  }

  Zone get(String name) {
    return host.zones().get(ref(name));
  }

  /** What a command in a zone writes, and its exit code on a line of its own. */
  String exec(String zone, String script) throws IOException {
    try (Session session = host.zones().exec(ref(zone), ExecSpec.of("/bin/sh", "-c", script))) {
      String out = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8);
      return out + session.await().code();
    }
  }

  List<String> logs(String zone) {
    List<String> lines = new ArrayList<>();
    try (Cursor<LogLine> cursor = host.zones().logs(ref(zone), LogQuery.ALL)) {
      while (!cursor.ended()) {
        cursor.next(Duration.ZERO).ifPresent(line -> lines.add(line.text()));
      }
    }
    return lines;
  }

  List<Event> events(long after) {
    List<Event> events = new ArrayList<>();
    try (Cursor<Event> cursor = host.events().since(after, false)) {
      while (!cursor.ended()) {
        cursor.next(Duration.ZERO).ifPresent(events::add);
      }
    }
    return events;
  }

  static void eventually(String what, BooleanSupplier condition) {
    eventually(() -> what, condition);
  }

  static void eventually(Supplier<String> what, BooleanSupplier condition) {
    Duration most = Figures.within(15);
    long deadline = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        Assertions.fail("not within " + most + ": " + what.get());
      }
      pause(10);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes all zones, and sees that nothing is left of them. */
  @Override
  public void close() {
    List<Finding> left;
    try {
      clear();
      left = host.fsck();
      host.close();
    } finally {
      network.close();
      launcher.close();
    }
    HostPaths paths = HostPaths.below(home);
    Assertions.assertEquals(List.of(), left);
    Assertions.assertEquals(List.of(), names(paths.zones()), "zones");
    Assertions.assertEquals(List.of(), names(paths.storage()), "datasets");
    Assertions.assertEquals(List.of(), names(paths.log()), "logs");
    Assertions.assertEquals(List.of(), names(paths.networks()), "networks");
    Assertions.assertEquals(List.of(), names(paths.journal()), "intents");
    Assertions.assertEquals(List.of(), names(paths.runningZones()), "run files");
    Assertions.assertFalse(
        CgroupHost.own().children("").contains(paths.cgroups()), "control groups, and the parent");
    removeTree(home);
  }

  private static List<String> names(Path directory) {
    try (var files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void removeTree(Path tree) {
    try (Folder parent = Folder.open(Path.of("/var/tmp"))) {
      parent.removeTree(String.valueOf(tree.getFileName()));
    }
  }
}
