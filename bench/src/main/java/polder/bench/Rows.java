package polder.bench;

import java.util.List;

/** All rows, in the order of the table. */
final class Rows {
  private static final Entrant HOST =
      new Entrant(
          "fork and exec",
          stage -> {
            Command command =
                Command.of(stage, Userland.of(stage).root().resolve("bin/true").toString());
            return () -> Contender.milliseconds(command::run);
          });
  private static final Entrant ZONE = new Entrant("zone", stage -> ZoneHost.of(stage).start(false));
  private static final Entrant ZONE_DOWN =
      new Entrant("zone, taken down", stage -> ZoneHost.of(stage).startAndClear());
  private static final Entrant ZONE_LIMITED =
      new Entrant("zone, limited", stage -> ZoneHost.of(stage).start(true));
  private static final Entrant EXEC =
      new Entrant("zone exec", stage -> ZoneHost.of(stage).exec(true));
  private static final Entrant LAUNCH = new Entrant("launcher", BareZone::start);
  private static final Entrant LAUNCH_LIMITED =
      new Entrant("launcher, limited", BareZone::startLimited);
  private static final Entrant PREPARED = new Entrant("launcher, prepared", BareZone::prepared);
  private static final Entrant BORN = new Entrant("launcher, into a group", BareZone::born);
  private static final Entrant ENTER = new Entrant("launcher, entering", BareZone::enter);

  private static final Entrant CRUN_RUN =
      new Entrant("crun run", stage -> Crun.of(stage).run(false));
  private static final Entrant CRUN_RUN_LEAN =
      new Entrant("crun run, lean", stage -> Crun.of(stage).runLean());
  private static final Entrant CRUN_RUN_LIMITED =
      new Entrant("crun run, limited", stage -> Crun.of(stage).run(true));
  private static final Entrant CRUN_EXEC = new Entrant("crun exec", stage -> Crun.of(stage).exec());

  private static final Entrant HELLO = new Entrant("a bare JVM, hello", CommandLine::hello);
  private static final Entrant CLI_START =
      new Entrant("polder version", stage -> CommandLine.of(stage).version());
  private static final Entrant LIST =
      new Entrant("polder list", stage -> CommandLine.of(stage).list());
  private static final Entrant RUN =
      new Entrant("polder run --rm", stage -> CommandLine.of(stage).run());
  private static final Entrant PODMAN_RUN =
      new Entrant("podman run --rm", stage -> Podman.of(stage).run());

  private static final Entrant LAYERS = new Entrant("zone of 10 layers", Layers::ours);
  private static final Entrant PODMAN_LAYERS =
      new Entrant("podman run --rm, 10 layers", stage -> Podman.of(stage).runLayers());

  private static final Entrant RATE = Crowd.ours("create, start", 1, false);
  private static final Entrant RATE_2 = Crowd.ours("create, start, by two", 2, false);
  private static final Entrant DELETE = Crowd.ours("delete", 1, true);
  private static final Entrant DELETE_2 = Crowd.ours("delete, by two", 2, true);
  private static final Entrant CRUN_RATE = Crowd.peers("crun run -d", 1, false);
  private static final Entrant CRUN_RATE_2 = Crowd.peers("crun run -d, by two", 2, false);
  private static final Entrant CRUN_DELETE = Crowd.peers("crun delete -f", 1, true);
  private static final Entrant CRUN_DELETE_2 = Crowd.peers("crun delete -f, by two", 2, true);
  private static final Entrant DENSITY = Entrant.once("idle zones", Density::memory);
  private static final Entrant HELPERS = Entrant.once("helpers", Density::helpers);
  private static final Entrant DAEMON = Entrant.once("polderd", Density::daemon);
  private static final Entrant CRUN_DENSITY = Entrant.once("crun, idle", Density::peer);

  private static final Entrant CLONE = new Entrant("clone on btrfs", Datasets::clone);
  private static final Entrant SEND_CHANGE =
      new Entrant("send of a change on btrfs", Datasets::sendChange);
  private static final Entrant SEND_ALL = new Entrant("send of all of it", Datasets::sendAll);
  private static final Entrant SNAPSHOT = new Entrant("snapshot on btrfs", Datasets::snapshot);

  private static final Entrant ZONE_CLONE = new Entrant("clone of a zone", Clones::copy);
  private static final Entrant ZONE_SNAPSHOT = new Entrant("stood still", Clones::snapshot);

  private static final Entrant CARD = new Entrant("a card", Cards::ours);
  private static final Entrant BARE_CARD = new Entrant("the kernel alone", Cards::bare);
  private static final Entrant STREAM = stream("zone to zone", Streams::ours);
  private static final Entrant WALLED = stream("zone to zone, firewall", Streams::walled);
  private static final Entrant BY_HAND = stream("pairs and bridge by hand", Streams::byHand);
  private static final Entrant TAG = new Entrant("a tag's change", Tags::change);

  private static final Entrant PULL = Entrant.slow("pull", Pulls::ours);
  private static final Entrant SKOPEO_UMOCI =
      Entrant.slow("skopeo copy, umoci unpack", Pulls::peer);
  private static final Entrant PULL_FLOOR = Entrant.slow("sha256, inflate, write", Pulls::floor);
  private static final Entrant PULL_MEMORY = Entrant.slow("polderd, pulling", Pulls::memory);

  // why a bound is not kept on the machine where it was written; see docs/manual/bench.md
  private static final String KERNELS_PART =
      "the kernel's own part (namespaces, mounts, the program, the end of both processes) takes most"
          + " of what the bound leaves (decisions 0028, 0043)";
  private static final String SYNCED =
      "a zone is on the disk when its creation is acknowledged, a bundle lies there already; and a"
          + " start is most of the rest (decisions 0022, 0028)";

  private Rows() {}

  /** One that runs for a second. */
  private static Entrant stream(String name, Entrant.Opener opener) {
    return new Entrant(name, opener, 1, 9);
  }

  /**
   * The row of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Row named(String name) {
    return all().stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no row is named '%s': there are %s"
                        .formatted(
                            name, String.join(", ", all().stream().map(Row::name).toList()))));
  }

  /** Them all. */
  static List<Row> all() {
    return List.of(
        Row.alone(
            "host",
            "/bin/true on the host, start to exit: what fork and exec cost",
            "ms",
            HOST,
            new Bound.Nothing()),
        Row.beside(
                "zone",
                "/bin/true in a whole zone through the library, start to exit",
                "ms",
                ZONE,
                CRUN_RUN,
                new Bound.RatioAtMost(0.15))
            .missed(KERNELS_PART),
        Row.beside(
            "zone-down",
            "as zone, until nothing of it is left and it could be started again",
            "ms",
            ZONE_DOWN,
            CRUN_RUN,
            new Bound.Nothing()),
        Row.beside(
            "zone-lean",
            "as zone, the peer without control groups and with a filter for x86-64 alone",
            "ms",
            ZONE,
            CRUN_RUN_LEAN,
            new Bound.Nothing()),
        Row.beside(
            "zone-limits",
            "as zone, with memory, pids, cpu and devices control groups",
            "ms",
            ZONE_LIMITED,
            CRUN_RUN_LIMITED,
            new Bound.RatioAtMost(0.3)),
        Row.beside(
            "exec",
            "/bin/true into a running zone through the library, start to exit",
            "ms",
            EXEC,
            CRUN_EXEC,
            new Bound.RatioAtMost(0.25)),
        Row.beside(
            "launch",
            "/bin/true in namespaces by the launcher alone, start to exit",
            "ms",
            LAUNCH,
            CRUN_RUN,
            new Bound.Nothing()),
        Row.beside(
            "launch-lean",
            "as launch, the peer without control groups and with a filter for x86-64 alone",
            "ms",
            LAUNCH,
            CRUN_RUN_LEAN,
            new Bound.Nothing()),
        Row.beside(
            "launch-limits",
            "as launch, with memory, pids, cpu and devices control groups",
            "ms",
            LAUNCH_LIMITED,
            CRUN_RUN_LIMITED,
            new Bound.Nothing()),
        Row.beside(
            "launch-prepared",
            "as launch, of a process made before that moves into a group, beside one made in it",
            "ms",
            PREPARED,
            BORN,
            new Bound.Nothing()),
        Row.beside(
            "enter",
            "/bin/true into running namespaces by the launcher alone, start to exit",
            "ms",
            ENTER,
            CRUN_EXEC,
            new Bound.Nothing()),
        Row.beside(
            "cli-start",
            "polder version, start to exit: the command line's own JVM, which asks nobody",
            "ms",
            CLI_START,
            HELLO,
            new Bound.Nothing()),
        Row.beside(
            "list",
            "polder list of 200 zones on a daemon, start to exit",
            "ms",
            LIST,
            HELLO,
            new Bound.RatioAtMost(3.5)),
        Row.beside(
            "run",
            "polder run --rm of true, start to exit, the command line's JVM included",
            "ms",
            RUN,
            PODMAN_RUN,
            new Bound.RatioAtMost(1)),
        Row.beside(
            "layers-10",
            "a zone of an image with ten layers through the library: created, run, deleted",
            "ms",
            LAYERS,
            PODMAN_LAYERS,
            new Bound.RatioAtMost(0.3)),
        Row.beside(
                "rate",
                "200 zones through the library, created and started, one after the other",
                "1/s",
                RATE,
                CRUN_RATE,
                new Bound.RatioAtLeast(5))
            .missed(SYNCED),
        Row.beside(
                "rate-2",
                "as rate, two at a time",
                "1/s",
                RATE_2,
                CRUN_RATE_2,
                new Bound.RatioAtLeast(5))
            .missed(SYNCED),
        Row.beside(
            "delete",
            "those 200 while they run, stopped and deleted, beside how they were started",
            "1/s",
            DELETE,
            RATE,
            new Bound.RatioAtLeast(1)),
        Row.beside(
            "delete-crun",
            "as delete, beside the peer",
            "1/s",
            DELETE,
            CRUN_DELETE,
            new Bound.RatioAtLeast(1)),
        Row.beside(
            "delete-2",
            "as delete-crun, two at a time",
            "1/s",
            DELETE_2,
            CRUN_DELETE_2,
            new Bound.RatioAtLeast(1)),
        Row.beside(
            "density",
            "memory of the machine for each of 500 idle zones on a daemon",
            "MiB",
            DENSITY,
            CRUN_DENSITY,
            new Bound.ValueAtMost(1)),
        Row.alone(
            "density-helpers",
            "processes for each of them that are in no zone",
            "1",
            HELPERS,
            new Bound.ValueAtMost(0)),
        Row.alone(
            "density-rss",
            "resident memory of the daemon that has them",
            "MiB",
            DAEMON,
            new Bound.ValueAtMost(150)),
        Row.alone(
            "dataset-clone",
            "a dataset of 1 GiB in a pool of btrfs cloned, until it is on the disk",
            "ms",
            CLONE,
            new Bound.ValueAtMost(10)),
        Row.alone(
            "dataset-snapshot",
            "a snapshot of it while it is written to: how long its zone would be frozen",
            "ms",
            SNAPSHOT,
            new Bound.ValueAtMost(20)),
        Row.alone(
            "zone-clone",
            "a zone that runs cloned, its root of 1 GiB on btrfs, until the new one is on the disk",
            "ms",
            ZONE_CLONE,
            new Bound.ValueAtMost(10)),
        Row.alone(
            "zone-snapshot",
            "a snapshot of it while it writes: how long it stood still",
            "ms",
            ZONE_SNAPSHOT,
            new Bound.ValueAtMost(20)),
        Row.beside(
            "send-incremental",
            "what has changed in it, 10 MiB, read as it would be sent, beside all of it",
            "ms",
            SEND_CHANGE,
            SEND_ALL,
            new Bound.RatioAtMost(0.1)),
        Row.beside(
            "nic",
            "what a card adds to a zone's start, beside the same messages to the kernel alone",
            "ms",
            CARD,
            BARE_CARD,
            new Bound.RatioAtMost(1.5)),
        Row.beside(
            "tcp",
            "one TCP stream of iperf3 from zone to zone on an etherstub",
            "MiB/s",
            STREAM,
            BY_HAND,
            new Bound.RatioAtLeast(0.95)),
        Row.beside(
                "tcp-firewall",
                "as tcp, both zones behind a firewall of 1,000 rules",
                "MiB/s",
                WALLED,
                BY_HAND,
                new Bound.RatioAtLeast(0.9))
            .missed("0.89 where this was written; why has not been looked into"),
        Row.alone(
            "firewall-tag",
            "one zone given a tag that 1,000 rules of 500 running zones ask for",
            "ms",
            TAG,
            new Bound.ValueAtMost(50)),
        Row.beside(
            "pull",
            "an image of 300 MiB in 8 layers from a registry on this machine, until it can be used",
            "ms",
            PULL,
            SKOPEO_UMOCI,
            new Bound.RatioAtMost(0.7)),
        Row.beside(
            "pull-floor",
            "the same beside what nobody can do without: two digests, inflating, writing",
            "ms",
            PULL,
            PULL_FLOOR,
            new Bound.RatioAtMost(1.3)),
        Row.alone(
            "pull-memory",
            "resident memory of the daemon while it pulls it, above what it had before",
            "MiB",
            PULL_MEMORY,
            new Bound.ValueAtMost(64)));
  }
}
