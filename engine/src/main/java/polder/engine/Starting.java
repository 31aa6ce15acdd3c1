package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.Running;
import polder.brand.Stdio;
import polder.linux.Cgroup;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Pidfd;
import polder.linux.SyscallException;
import polder.metadata.Service;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Makes zones run. */
final class Starting {
  private static final int NOT_FOUND = 127; // as shells say it
  private static final int NOT_EXECUTABLE = 126;

  private final Hall hall;
  private final Supervisor supervisor;

  Starting(Hall hall, Supervisor supervisor) {
    this.hall = hall;
    this.supervisor = supervisor;
  }

  /** Starts a zone that is down because somebody asked for it; with the zone's lock. */
  void asked(LocalZone zone) {
    RunRecord run = RunRecord.starting(hall.boot(), Instant.now(), 0, 0);
    start(zone, Autoboot.of(zone) ? run : run.startingAnew());
  }

  /**
   * Starts a zone that is down, which is due whatever happens to us; with the zone's lock.
   *
   * @param restarts how often it was started again since somebody started it
   * @param inARow how often without having run well in between
   */
  void again(LocalZone zone, int restarts, int inARow) {
    RunRecord run = RunRecord.starting(hall.boot(), Instant.now(), restarts, inARow);
    start(zone, run.startingAgain(Boot.uptime()));
  }

  private void start(LocalZone zone, RunRecord run) {
    zone.cancelRestart();
    if (zone.unfit().isPresent()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot start zone '%s': %s".formatted(zone.name(), zone.unfit().get()));
    }
    ZoneSpec spec = zone.record().spec();
    Optional<Life> begun = Optional.empty();
    try {
      Life life = new Life(hall.cgroup(zone.uuid()), hall.config(zone.record()), run);
      begun = Optional.of(life);
      hall.networks().demandPorts(spec);
      zone.state(ZoneState.READY);
      boot(zone, life);
      zone.life(life);
      Running running = life.running().orElseThrow();
      Sessions.fit(zone, running.terminal()); // should somebody have resized it meanwhile
      zone.status(
          Statuses.running(
              zone.status(),
              running.identity().pid(),
              life.run(),
              Health.first(Health.check(spec, life.config()))));
      supervisor.watch(zone, life);
      hall.metadata().dial(zone, life);
      hall.events()
          .add(
              "zone.start",
              Optional.of(zone.uuid()),
              zone.name(),
              Map.of("pid", (long) running.identity().pid(), "restarts", (long) run.restarts()));
    } catch (RuntimeException e) {
      begun.ifPresent(Life::letGo);
      zone.life(null);
      fail(zone, e);
      throw Failures.of("start zone '%s'".formatted(zone.name()), e);
    }
  }

  private void boot(LocalZone zone, Life life) {
    AtomicReference<Ready> ready = new AtomicReference<>();
    hall.disk()
        .spend(
            () ->
                hall.executor()
                    .run(
                        "start",
                        Planner.start(zone.record().spec(), life.run()),
                        (step, undo) -> work(zone, life, ready, step, undo)));
  }

  private void work(
      LocalZone zone, Life life, AtomicReference<Ready> ready, Step.Boot step, Undo undo) {
    switch (step) {
      case Step.Boot.RunFile(UUID uuid) -> {
        undo.add(() -> hall.runs().remove(uuid));
        hall.runs().write(uuid, life.run());
      }
      case Step.Boot.Autoboot(UUID uuid) -> {
        undo.add(() -> Autoboot.note(hall, zone, false));
        Autoboot.note(hall, zone, true);
      }
      case Step.Boot.Cgroup(UUID uuid) -> makeCgroup(life.cgroup(), undo);
      case Step.Boot.Streams(UUID uuid) -> connect(zone, life, undo);
      case Step.Boot.Metadata(UUID uuid) -> {
        Service service = hall.metadata().open(zone);
        undo.add(service::close);
        life.metadata(service);
      }
      case Step.Boot.Prepare(UUID uuid) -> {
        Ready prepared = prepare(zone, life);
        ready.set(prepared);
        undo.add(prepared::close);
        hold(life, prepared, undo);
      }
      case Step.Boot.Vnics(UUID uuid) -> {
        hall.firewall().follow(); // before there is a port
        undo.add(() -> hall.networks().unplug(uuid));
        plug(zone.record().spec(), ready.get());
      }
      case Step.Boot.Pid(UUID uuid) -> {
        life.run(life.run().with(ready.get().identity(), life.holder().map(InputHolder::identity)));
        hall.runs().write(uuid, life.run());
      }
      case Step.Boot.Go(UUID uuid) -> {
        Sessions.fit(zone, ready.get().terminal()); // before the program can look
        Running running = ready.get().go();
        life.running(running);
        // it runs: if what comes after this fails, it is killed with its control group
        undo.add(life::giveUpRunning); // where the disk is full all this is tried once more
        undo.add(() -> life.cgroup().killAll());
      }
      case Step.Boot.Settle(UUID uuid) -> {
        life.run(life.run().settled());
        hall.runs().write(uuid, life.run());
      }
    }
  }

  private void plug(ZoneSpec spec, Ready ready) {
    try (Fd inside = ready.network()) {
      List<Fd> cards = hall.networks().plug(spec, inside);
      try {
        ready.give(cards);
      } finally {
        cards.forEach(Fd::close); // a guest's end with its QEMU
      }
    }
  }

  private static void makeCgroup(Cgroup cgroup, Undo undo) {
    undo.add(() -> cgroup.remove(Ending.PATIENCE));
    try {
      cgroup.createFirst();
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      cgroup.killAll(); // of a start that we died in: nothing of it may stay
      cgroup.remove(Ending.PATIENCE);
      cgroup.createFirst();
    }
  }

  private void limit(LocalZone zone, Cgroup cgroup) {
    List<String> cannot = cgroup.limitNew(Limits.of(zone.record().spec()));
    if (!cannot.isEmpty()) {
      hall.events()
          .add(
              "zone.warning",
              Optional.of(zone.uuid()),
              zone.name(),
              Map.of("warnings", List.copyOf(cannot)));
    }
  }

  private void connect(LocalZone zone, Life life, Undo undo) {
    ZoneSpec spec = zone.record().spec();
    boolean input = spec.get(ZoneProperties.OPEN_STDIN) && !spec.get(ZoneProperties.TTY);
    undo.add(() -> hall.runs().remove(zone.uuid()));
    hall.runs().enter(zone.uuid()).close();
    ZoneStreams streams =
        new ZoneStreams(hall.runs().path(zone.uuid()), zone.log(), input, Optional.empty());
    life.streams(streams);
    undo.add(streams::close);
    streams.pump(hall.streams());
  }

  private Ready prepare(LocalZone zone, Life life) {
    ZoneSpec spec = zone.record().spec();
    Stdio ends = life.streams().orElseThrow().ends();
    try (var in = ends.in();
        var out = ends.out();
        var err = ends.err()) {
      return hall.brand(spec.brand())
          .prepare(
              spec,
              new Platform(
                  Creation.files(hall, zone.uuid()),
                  new ZoneVolumes(hall).places(spec),
                  life.config(),
                  zone.record().ids(),
                  life.cgroup(),
                  new Stdio(in, out, err),
                  hall.networks().lan(spec),
                  HostMetadata.hasSocket(spec)
                      ? Optional.of(hall.metadata().directory(zone))
                      : Optional.empty(),
                  life.cgroup()::createRest,
                  () -> limit(zone, life.cgroup())));
    }
  }

  /** Keeps the zone's input open beyond our own life, if it has one. */
  private void hold(Life life, Ready prepared, Undo undo) {
    Optional<Fd> input = life.streams().flatMap(ZoneStreams::input);
    if (input.isPresent()) {
      try (Fd held = input.get();
          Pidfd first = Pidfd.open(prepared.identity()).orElseThrow()) {
        InputHolder holder = InputHolder.start(hall.launcher(), held, first);
        undo.add(holder::end);
        life.holder(holder);
      }
    }
  }

  /** It is down again; a program that is missing has the exit code that shells give it. */
  private void fail(LocalZone zone, RuntimeException failure) {
    zone.state(ZoneState.INSTALLED);
    if (failure instanceof PolderException told
        && (told.kind() == ErrorKind.NOT_FOUND || told.kind() == ErrorKind.DENIED)) {
      ExitStatus status =
          new ExitStatus(told.kind() == ErrorKind.NOT_FOUND ? NOT_FOUND : NOT_EXECUTABLE);
      ExitRecord exit =
          new ExitRecord(status, Instant.now(), false, 0, Instant.now(), Optional.empty());
      zone.status(Statuses.ended(zone.status(), exit));
    }
    hall.events()
        .add(
            "zone.fail",
            Optional.of(zone.uuid()),
            zone.name(),
            Map.of("reason", String.valueOf(failure.getMessage())));
  }
}
