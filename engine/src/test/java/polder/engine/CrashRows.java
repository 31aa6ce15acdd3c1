package polder.engine;

import static polder.engine.TestHost.ref;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import polder.image.registry.TinyRegistry;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.ImageFormat;
import polder.model.ImageRequest;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.Progress;
import polder.model.RestartPolicy;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Every operation that changes something, in each way that it can be asked for. */
final class CrashRows {
  /** What only looks: it passes no place, and so leaves everything as it is. */
  static final Set<String> READERS =
      Set.of(
          "Host.zones",
          "Host.guests",
          "Guests.info",
          "Guests.screenshot",
          "Host.deleted",
          "DeletedZones.list",
          "DeletedZones.get",
          "Host.images",
          "Host.events",
          "Host.pools",
          "Host.volumes",
          "Host.networks",
          "Host.firewall",
          "Host.balances",
          "Balances.list",
          "Balances.get",
          "Firewall.list",
          "Firewall.get",
          "Firewall.rules",
          "Firewall.zones",
          "Firewall.test",
          "Firewall.status",
          "Firewall.stats",
          "Firewall.remotes",
          "Host.info",
          "Host.doctor",
          "Host.fsck",
          "Host.close",
          "Zones.plan",
          "Zones.list",
          "Zones.get",
          "Zones.await",
          "Zones.attach",
          "Zones.logs",
          "Zones.copyOut",
          "Images.export",
          "Images.list",
          "Images.get",
          "Images.usage",
          "Networks.list",
          "Networks.get",
          "Networks.counters",
          "Pools.list",
          "Pools.get",
          "Pools.scrub",
          "Pools.trim",
          "Host.snapshots",
          "Snapshots.list",
          "Snapshots.get",
          "Host.transfers",
          "Transfers.send", // the snapshot that it may take is Snapshots.create
          "Transfers.resume",
          "Transfers.partials",
          "Volumes.list",
          "Volumes.snapshots",
          "Volumes.get",
          "Events.newest",
          "Events.since");

  /** Which rows are tried; empty for all. */
  static final String ROWS = System.getProperty("polder.rows", "");

  private static final String NAME = "step";
  private static final ZoneRef ZONE = ref(NAME);
  private static final CrashRow.Work NOTHING = host -> {};

  private CrashRows() {}

  static List<CrashRow> all() {
    List<CrashRow> rows = new ArrayList<>();
    rows.add(row("Zones.create", "native", NOTHING, host -> host.zones().create(spec())));
    rows.add(row("Zones.create", "lx", CrashRows::image, host -> host.zones().create(lx())));
    rows.add(row("Zones.update", "of a live limit", CrashRows::running, update("max_lwps", 1234L)));
    rows.add(
        row(
            "Zones.update",
            "at the next start",
            CrashRows::running,
            update("cmd", List.of("sleep", "1"))));
    rows.add(row("Zones.update", "of the alias", CrashRows::running, update("alias", "other")));
    rows.add(row("Zones.start", "native", CrashRows::made, host -> host.zones().start(ZONE)));
    rows.add(row("Zones.start", "lx", CrashRows::madeLx, host -> host.zones().start(ZONE)));
    rows.add(
        row(
            "Zones.start",
            "with an input",
            host -> host.zones().create(spec().with(ZoneProperties.OPEN_STDIN, true)),
            host -> host.zones().start(ZONE)));
    rows.add(forward("Zones.stop", "with a grace", CrashRows::running, stop(StopOptions.GRACEFUL)));
    rows.add(forward("Zones.stop", "by force", CrashRows::running, stop(StopOptions.FORCED)));
    rows.add(
        forward("Zones.stop", "before a restart", CrashRows::waiting, stop(StopOptions.FORCED)));
    rows.add(
        forward(
            "Zones.reboot",
            "of a running zone",
            CrashRows::running,
            host -> host.zones().reboot(ZONE, StopOptions.FORCED)));
    rows.add(
        row(
            "Zones.reboot",
            "of a stopped zone",
            CrashRows::made,
            host -> host.zones().reboot(ZONE, StopOptions.FORCED)));
    rows.add(
        forward("Zones.delete", "", CrashRows::made, host -> host.zones().delete(ZONE, false)));
    rows.add(
        forward(
            "Zones.delete",
            "by force",
            CrashRows::running,
            host -> host.zones().delete(ZONE, true)));
    rows.add(forward("Zones.kill", "", CrashRows::running, CrashRows::kill));
    rows.add(row("Zones.pause", "", CrashRows::running, host -> host.zones().pause(ZONE)));
    rows.add(
        row(
            "Zones.resume",
            "",
            host -> {
              running(host);
              host.zones().pause(ZONE);
            },
            host -> host.zones().resume(ZONE)));
    rows.add(forward("Zones.exec", "", CrashRows::running, exec(false)));
    rows.add(forward("Zones.exec", "with a terminal", CrashRows::running, exec(true)));
    rows.add(forward("Zones.copyIn", "to a running zone", CrashRows::running, copyIn()));
    rows.add(forward("Zones.copyIn", "to a stopped zone", CrashRows::made, copyIn()));
    rows.add(row("Images.importTarball", "", NOTHING, CrashRows::image));
    rows.add(
        row(
            "Images.importTarball",
            "by one more name",
            CrashRows::image,
            host -> take(host, "small:again", image())));
    rows.add(row("Images.pull", "", CrashRows::noLayers, CrashRows::pull));
    rows.add(row("Images.push", "", CrashRows::image, CrashRows::push));
    rows.add(row("Images.create", "of an lx zone", CrashRows::madeLx, CrashRows::create));
    rows.add(row("Images.create", "of a native zone", CrashRows::made, CrashRows::create));
    rows.add(
        row("Images.tag", "", CrashRows::image, host -> host.images().tag("small", "other:1")));
    rows.add(
        row(
            "Images.tag",
            "that moves",
            CrashRows::twoImages,
            host -> host.images().tag("small", "tiny:latest")));
    rows.add(forward("Images.delete", "", CrashRows::image, host -> host.images().delete("small")));
    rows.add(
        forward(
            "Images.delete",
            "of one name",
            host -> {
              image(host);
              host.images().tag("small", "other:1");
            },
            host -> host.images().delete("other:1")));
    rows.add(forward("restart", "by policy", CrashRows::restarting, CrashRows::breaks));
    rows.add(forward("takeover", "", CrashRows::allKinds, NOTHING));
    rows.add(forward("takeover", "and autoboot", CrashRows::booting, CrashRows::untilUp));
    rows.addAll(PoolRows.all());
    rows.addAll(NetworkRows.all());
    rows.addAll(FirewallRows.all());
    rows.addAll(BalanceRows.all());
    rows.addAll(DeletedRows.all());
    rows.addAll(SnapshotRows.all());
    rows.addAll(TransferRows.all());
    rows.addAll(VolumeRows.all());
    rows.addAll(VmRows.all());
    rows.addAll(ImageRows.all());
    return List.copyOf(rows);
  }

  /**
   * Those that can be tried here, and whose names fit the system property {@code polder.rows} if
   * there is one.
   */
  static List<CrashRow> wanted() {
    return all().stream()
        .filter(row -> VmRows.possible() || !row.how().equals("of a vm"))
        .filter(row -> ROWS.isEmpty() || row.name().matches(ROWS))
        .toList();
  }

  static CrashRow named(String name) {
    return all().stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }

  private static CrashRow row(
      String operation, String how, CrashRow.Work prepare, CrashRow.Work act) {
    return new CrashRow(operation, how, prepare, act, true);
  }

  /** One that goes on to its end when it has begun, because that cannot be taken back. */
  private static CrashRow forward(
      String operation, String how, CrashRow.Work prepare, CrashRow.Work act) {
    return new CrashRow(operation, how, prepare, act, false);
  }

  static ZoneSpec spec() {
    return TestHost.spec(NAME, "exec sleep 1000")
        .with(ZoneProperties.ZONE_UUID, UUID.fromString("00000000-0000-4000-8000-000000000001"));
  }

  static ZoneSpec lx() {
    return ZoneSpec.of(Brand.LX)
        .with(ZoneProperties.ZONE_UUID, UUID.fromString("00000000-0000-4000-8000-000000000001"))
        .with(ZoneProperties.ALIAS, NAME)
        .with(ZoneProperties.IMAGE, "small")
        .with(ZoneProperties.CMD, List.of("/bin/busybox", "sleep", "1000"));
  }

  private static void made(Host host) {
    host.zones().create(spec());
  }

  private static void madeLx(Host host) {
    image(host);
    host.zones().create(lx());
  }

  static void running(Host host) {
    made(host);
    host.zones().start(ZONE);
  }

  private static void restarting(Host host) {
    host.zones().create(spec().with(ZoneProperties.RESTART, RestartPolicy.of("always")));
    host.zones().start(ZONE);
  }

  private static void waiting(Host host) {
    host.zones()
        .create(
            spec()
                .with(ZoneProperties.CMD, List.of("/bin/false"))
                .with(ZoneProperties.RESTART, RestartPolicy.of("always")));
    host.zones().start(ZONE);
    TestHost.eventually(
        "a long pause before its restart",
        () -> {
          var zone = host.zones().get(ZONE);
          return zone.status().restarts() >= 3 && zone.state() == ZoneState.INSTALLED;
        });
  }

  private static void kill(Host host) {
    host.zones().kill(ZONE, "KILL");
    host.zones().await(ZONE);
    host.zones().attach(ZONE).close(); // not before all of it is taken down
  }

  private static void breaks(Host host) {
    int pid = host.zones().get(ZONE).status().pid().orElseThrow();
    host.zones().kill(ZONE, "KILL");
    TestHost.eventually(
        "it is up again",
        () -> host.zones().get(ZONE).status().pid().filter(now -> now != pid).isPresent());
  }

  /** A zone in each state that an engine may find. */
  private static void allKinds(Host host) {
    running(host);
    host.zones().create(TestHost.spec("down", "exec sleep 1000"));
    host.zones().create(TestHost.spec("held", "exec sleep 1000"));
    host.zones().start(ref("held"));
    host.zones().pause(ref("held"));
    twoImages(host);
  }

  private static void booting(Host host) {
    host.zones().create(spec().with(ZoneProperties.AUTOBOOT, true));
    Path state = Path.of(host.info().paths().get("run"));
    try {
      Files.deleteIfExists(state.resolve("autoboot.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void untilUp(Host host) {
    TestHost.eventually("it is booted", () -> host.zones().get(ZONE).state() == ZoneState.RUNNING);
    TestHost.awaitAutoboot(host);
  }

  private static CrashRow.Work stop(StopOptions options) {
    return host -> host.zones().stop(ZONE, options);
  }

  private static CrashRow.Work update(String property, Object value) {
    return host ->
        host.zones().update(ZoneRef.of(spec().uuid()), new Patch(Map.of(property, value)), false);
  }

  private static CrashRow.Work exec(boolean terminal) {
    return host -> {
      ExecSpec spec =
          new ExecSpec(
              List.of("/bin/true"),
              Optional.empty(),
              Optional.empty(),
              Map.of(),
              terminal,
              false,
              0,
              0);
      try (Session session = host.zones().exec(ZONE, spec)) {
        session.await();
      }
    };
  }

  private static CrashRow.Work copyIn() {
    return host ->
        host.zones()
            .copyIn(
                ZONE, "/root", new ByteArrayInputStream(TestTar.of(Map.of("copied", new byte[9]))));
  }

  static void image(Host host) {
    take(host, "small:latest", image());
  }

  private static void twoImages(Host host) {
    image(host);
    take(host, "tiny:latest", TestTar.of(Map.of("bin/sh", new byte[100])));
  }

  /** One that had a name, which another has now. */
  static void noName(Host host) {
    take(host, "tiny:latest", TestTar.of(Map.of("bin/sh", new byte[100])));
    host.images().tag("small", "tiny:latest");
  }

  static byte[] image() {
    try {
      return TestTar.of(Map.of("bin/busybox", Files.readAllBytes(Path.of("/bin/busybox"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a pull that broke off has fetched stays for the next one, until an image is deleted. */
  private static void noLayers(Host host) {
    image(host);
    host.images().delete("small");
  }

  private static void pull(Host host) {
    try (TinyRegistry registry = new TinyRegistry()) {
      registry.publish("1", "sh", image());
      host.images().pull(registry.reference("small:1"), Progress.NONE);
    }
  }

  private static void push(Host host) {
    try (TinyRegistry registry = new TinyRegistry()) {
      host.images().push("small", registry.reference("small:2"), Progress.NONE);
      registry.digest("2"); // or it is not there
    }
  }

  static void create(Host host) {
    host.images().create(ZONE, Optional.empty(), ImageRequest.of("made:1"), Progress.NONE);
  }

  private static void take(Host host, String name, byte[] tar) {
    host.images()
        .importTarball(new ByteArrayInputStream(tar), ImageRequest.of(name), Progress.NONE);
  }

  /** Asks everything that only looks. */
  static void look(Host host) {
    host.zones().list();
    host.deleted().list();
    host.zones().get(ZONE);
    host.zones().plan(TestHost.spec("plan", "true"));
    host.zones().attach(ZONE).close();
    host.zones().logs(ZONE, LogQuery.ALL).close();
    host.zones().copyOut(ZONE, "/etc/hostname", new ByteArrayOutputStream());
    host.images().list();
    host.images().get("small");
    host.images().export("small", ImageFormat.USUAL, new ByteArrayOutputStream(), Progress.NONE);
    host.images().usage();
    host.pools().list();
    host.pools().get("zones");
    host.volumes().list();
    host.events().since(host.events().newest(), false).close();
    host.info();
    host.doctor();
    host.fsck();
  }

  /** A zone is told to be down just before its group goes: that is waited for. */
  private static String limit(TestHost test, Zone zone) {
    String limit = test.limit(zone.uuid(), "pids.max");
    for (int i = 0; i < 500 && zone.state() == ZoneState.INSTALLED && !limit.isEmpty(); i++) {
      TestHost.pause(10);
      limit = test.limit(zone.uuid(), "pids.max");
    }
    return limit;
  }

  /** What a caller sees of a host, without what differs from run to run. */
  static String seen(TestHost test) {
    List<String> seen = new ArrayList<>();
    for (var zone : test.host().zones().list()) {
      String limit = limit(test, zone);
      seen.add(
          "%s %s paused=%s %s pids.max=%s copied=%s snapshots=%s"
              .formatted(
                  zone.name(),
                  zone.state(),
                  zone.status().paused(),
                  zone.spec().without(ZoneProperties.ZONE_UUID).write(),
                  limit,
                  copied(test, zone.name()),
                  SnapshotRows.seen(test.host(), zone)));
    }
    for (var image : test.host().images().list()) {
      String name = image.name().replaceFirst("^127.*/", ""); // of a registry at any port
      String digest = name.equals("made") ? "at its own time" : image.digest();
      seen.add(name + ":" + image.tag() + " " + digest);
    }
    seen.addAll(DeletedRows.seen(test.host()));
    seen.addAll(TransferRows.seen(test.host()));
    seen.addAll(PoolRows.seen(test.host()));
    seen.addAll(VolumeRows.seen(test.host()));
    String rules = test.inside("nft list ruleset");
    seen.addAll(NetworkRows.seen(test, rules));
    seen.addAll(FirewallRows.seen(test, rules));
    seen.addAll(BalanceRows.seen(test, rules));
    return String.join("\n", seen);
  }

  private static boolean copied(TestHost test, String zone) {
    try {
      test.host().zones().copyOut(ref(zone), "/root/copied", new ByteArrayOutputStream());
      return true;
    } catch (polder.model.PolderException e) {
      return false;
    }
  }
}
