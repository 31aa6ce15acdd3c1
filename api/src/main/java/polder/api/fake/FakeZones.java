package polder.api.fake;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import polder.api.stream.BytePipe;
import polder.model.CloneRequest;
import polder.model.Cursor;
import polder.model.DeletedZone;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.UpdatePlan;
import polder.model.UpdatePlanner;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.Zones;

/** The fake host's zones. */
final class FakeZones implements Zones {
  private static final int PIPE = 1 << 16;

  private final FakeEvents events;
  private final FakeImages images;
  private final FakeVolumes volumes;
  private final FakeNetworks networks;
  private final ReentrantLock zones = new ReentrantLock();
  private final Condition changed = zones.newCondition();
  private final Map<UUID, FakeZone> all = new LinkedHashMap<>();
  final FakeDeletedZones deleted = new FakeDeletedZones(this);

  FakeZones(FakeEvents events, FakeImages images, FakeVolumes volumes, FakeNetworks networks) {
    this.events = events;
    this.images = images;
    this.volumes = volumes;
    this.networks = networks;
  }

  @Override
  public Zone create(ZoneSpec asked) {
    return locked(() -> add(asked, new FakeFiles()));
  }

  @Override
  public Zone clone(ZoneRef from, CloneRequest request) {
    return locked(
        () ->
            add(request.applyTo(find(from).spec()), find(from).filesAt(request.snapshot()).copy()));
  }

  private Zone add(ZoneSpec asked, FakeFiles files) {
    ZoneSpec spec = complete(asked.checked());
    if (all.containsKey(spec.uuid())) {
      throw new PolderException(
          ErrorKind.EXISTS, "there is a zone with uuid %s already".formatted(spec.uuid()));
    }
    deleted.refuse(spec.uuid());
    checkAlias(spec);
    spec = networks.take(spec);
    FakeZone zone = new FakeZone(spec, images.config(spec), files);
    all.put(spec.uuid(), zone);
    volumes.makeOwn(spec);
    tell("zone.create", zone, Map.of());
    return zone.seen();
  }

  private ZoneSpec complete(ZoneSpec spec) {
    ZoneSpec complete = spec;
    if (!complete.has(ZoneProperties.ZONE_UUID)) {
      complete = complete.with(ZoneProperties.ZONE_UUID, UUID.randomUUID());
    }
    if (complete.has(ZoneProperties.IMAGE)) {
      UUID image = images.get(complete.get(ZoneProperties.IMAGE)).uuid();
      complete = complete.without(ZoneProperties.IMAGE).with(ZoneProperties.IMAGE_UUID, image);
    }
    complete = complete.withOwnVolumes(images.config(complete).volumes());
    volumes.verify("the payload is refused", complete);
    return complete;
  }

  private void checkAlias(ZoneSpec spec) {
    Optional<String> alias = spec.find(ZoneProperties.ALIAS);
    for (FakeZone other : all.values()) {
      if (alias.isPresent()
          && other.spec().find(ZoneProperties.ALIAS).equals(alias)
          && !other.uuid().equals(spec.uuid())) {
        throw new PolderException(
            ErrorKind.EXISTS, "there is a zone with alias '%s' already".formatted(alias.get()));
      }
    }
  }

  @Override
  public List<String> plan(ZoneSpec asked) {
    return locked(
        () -> {
          ZoneSpec spec = complete(asked.checked());
          checkAlias(spec);
          List<String> steps = new ArrayList<>();
          steps.add("record zone " + spec.name());
          spec.find(ZoneProperties.IMAGE_UUID)
              .ifPresent(image -> steps.add("make its root from image " + image));
          steps.add("start its first process");
          return List.copyOf(steps);
        });
  }

  @Override
  public List<Zone> list() {
    return locked(
        () ->
            all.values().stream()
                .map(FakeZone::seen)
                .sorted(Comparator.comparing(Zone::name).thenComparing(Zone::uuid))
                .toList());
  }

  @Override
  public Zone get(ZoneRef zone) {
    return locked(() -> find(zone).seen());
  }

  @Override
  public UpdatePlan update(ZoneRef ref, Patch patch, boolean dryRun) {
    return locked(
        () -> {
          FakeZone zone = find(ref);
          ZoneSpec asked = patch.applyTo(zone.spec());
          UpdatePlan plan = UpdatePlanner.plan(zone.spec(), asked, zone.running());
          if (!plan.refused()) {
            checkAlias(asked);
            volumes.verifyUpdate(asked);
          }
          if (!dryRun && !plan.refused() && !plan.lines().isEmpty()) {
            ZoneSpec after = networks.take(asked);
            networks.keep(after);
            zone.spec(after);
            tell(
                "zone.update",
                zone,
                Map.of("changes", plan.lines().stream().map(UpdatePlan.Line::property).toList()));
          }
          return plan;
        });
  }

  @Override
  public Zone start(ZoneRef ref) {
    return locked(
        () -> {
          FakeZone zone = find(ref);
          if (!zone.running()) {
            zone.spec(zone.spec().with(ZoneProperties.AUTOBOOT, true));
            boot(zone, false);
          }
          return zone.seen();
        });
  }

  void boot(FakeZone zone, boolean again) {
    zone.boot(again, status -> ended(zone, status));
    tell("zone.start", zone, Map.of());
    changed.signalAll();
  }

  /** On the main process's thread. */
  private void ended(FakeZone zone, ExitStatus status) {
    locked(
        () -> {
          boolean again = zone.ended(status) && all.containsKey(zone.uuid());
          tell("zone.exit", zone, Map.of("exit_status", (long) status.code()));
          if (again) {
            boot(zone, true);
          } else {
            zone.log.endOfRun();
          }
          changed.signalAll();
          return zone;
        });
  }

  @Override
  public Zone stop(ZoneRef ref, StopOptions options) {
    return locked(
        () -> {
          FakeZone zone = find(ref);
          if (zone.running()) {
            zone.spec(zone.spec().with(ZoneProperties.AUTOBOOT, false));
            halt(zone, options);
            tell("zone.stop", zone, Map.of());
          }
          return zone.seen();
        });
  }

  void halt(FakeZone zone, StopOptions options) {
    zone.stopping();
    Duration grace = options.grace().orElseGet(() -> zone.spec().grace());
    String signal = zone.spec().find(ZoneProperties.STOP_SIGNAL).orElse("TERM");
    zone.main().ifPresent(main -> main.signal(options.force() ? "KILL" : signal));
    waitFor(zone, grace);
    zone.main().ifPresent(main -> main.signal("KILL"));
    waitFor(zone, Duration.ofMinutes(1));
  }

  private void waitFor(FakeZone zone, Duration patience) {
    try {
      long left = patience.toNanos();
      while (zone.running() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted while a zone was stopping", e);
    }
  }

  @Override
  public Zone reboot(ZoneRef ref, StopOptions options) {
    return locked(
        () -> {
          FakeZone zone = find(ref);
          if (zone.running()) {
            halt(zone, options);
          }
          boot(zone, false);
          return zone.seen();
        });
  }

  @Override
  public void delete(ZoneRef ref, boolean force) {
    delete(ref, force, zone -> Duration.ofSeconds(zone.spec().get(ZoneProperties.KEEP_ON_DELETE)));
  }

  @Override
  public void delete(ZoneRef ref, boolean force, Duration keep) {
    delete(ref, force, zone -> DeletedZone.checkPeriod(keep));
  }

  private void delete(ZoneRef ref, boolean force, Function<FakeZone, Duration> keep) {
    locked(
        () -> {
          FakeZone zone = find(ref);
          Duration period = keep.apply(zone);
          zone.demandDeletable(force);
          if (zone.running()) {
            halt(zone, StopOptions.FORCED);
          }
          all.remove(zone.uuid());
          networks.release(zone.uuid());
          if (period.isZero()) {
            gone(zone);
          } else {
            deleted.keep(zone, period);
          }
          tell("zone.delete", zone, Map.of());
          changed.signalAll();
          return zone;
        });
  }

  /** What a zone had goes with it. */
  void gone(FakeZone zone) {
    volumes.dropOwn(zone.uuid());
    zone.log.close();
  }

  /** A zone that was kept is there again, if nothing of {@code asked} is another's by now. */
  Zone restore(FakeZone zone, ZoneSpec asked) {
    checkAlias(asked);
    volumes.verifyUpdate(asked);
    zone.spec(networks.take(asked));
    all.put(zone.uuid(), zone);
    tell("zone.undelete", zone, Map.of());
    return zone.seen();
  }

  @Override
  public void kill(ZoneRef ref, String signal) {
    FakeProcess.number(signal);
    locked(() -> running(ref).main().orElseThrow()).signal(signal);
  }

  @Override
  public Zone pause(ZoneRef ref) {
    return freeze(ref, true);
  }

  @Override
  public Zone resume(ZoneRef ref) {
    return freeze(ref, false);
  }

  private Zone freeze(ZoneRef ref, boolean on) {
    return locked(
        () -> {
          FakeZone zone = running(ref);
          if (zone.paused() != on) {
            zone.pause(on);
            tell(on ? "zone.pause" : "zone.resume", zone, Map.of());
          }
          return zone.seen();
        });
  }

  @Override
  public ExitStatus await(ZoneRef ref) {
    return locked(() -> untilEnd(find(ref)));
  }

  private ExitStatus untilEnd(FakeZone zone) {
    try {
      while (zone.running()) {
        changed.await();
      }
      return zone.exit().orElse(ExitStatus.UNKNOWN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted while waiting for a zone", e);
    }
  }

  @Override
  public Session exec(ZoneRef ref, ExecSpec spec) {
    return locked(
        () -> {
          FakeZone zone = running(ref);
          zone.demandPrograms();
          BytePipe stdin = new BytePipe(PIPE);
          BytePipe stdout = new BytePipe(PIPE);
          BytePipe stderr = new BytePipe(PIPE);
          FakeProcess process =
              new FakeProcess(
                  zone.setting(spec.command(), spec.env(), spec.workdir()),
                  spec.stdin() ? stdin.in() : InputStream.nullInputStream(),
                  stdout.out(),
                  spec.tty() ? stdout.out() : stderr.out(),
                  status -> {});
          if (spec.rows() > 0) {
            process.resize(spec.rows(), spec.columns());
          }
          process.start();
          return new FakeSession(
              spec.stdin() ? stdin.out() : OutputStream.nullOutputStream(),
              stdout.in(),
              spec.tty() ? InputStream.nullInputStream() : stderr.in(),
              process::await,
              process.target());
        });
  }

  @Override
  public Session attach(ZoneRef ref) {
    return locked(
        () -> {
          FakeZone zone = find(ref);
          FakeLog.Listener listener = zone.log.attach();
          long seen = zone.running() ? zone.runs() - 1 : zone.runs();
          return new FakeSession(
              zone.stdin(),
              listener.stdout(),
              zone.spec().get(ZoneProperties.TTY)
                  ? InputStream.nullInputStream()
                  : listener.stderr(),
              () -> endAfter(zone, seen),
              new FakeSession.Target() {
                @Override
                public void resize(int rows, int columns) {
                  locked(zone::main).ifPresent(main -> main.resize(rows, columns));
                }

                @Override
                public void signal(String signal) {
                  kill(ZoneRef.of(zone.uuid()), signal);
                }

                @Override
                public void release() {
                  listener.leave();
                }
              });
        });
  }

  /** Waits for the end of the first run after {@code runs} others. */
  private ExitStatus endAfter(FakeZone zone, long runs) {
    return locked(
        () -> {
          try {
            while (all.containsKey(zone.uuid()) && (zone.runs() <= runs || zone.running())) {
              changed.await();
            }
            return zone.exit().orElse(ExitStatus.UNKNOWN);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PolderException(ErrorKind.HOST, "interrupted while waiting for a zone", e);
          }
        });
  }

  @Override
  public Cursor<LogLine> logs(ZoneRef zone, LogQuery query) {
    return locked(() -> find(zone)).log.read(query);
  }

  @Override
  public void copyIn(ZoneRef zone, String directory, InputStream tar) {
    locked(() -> find(zone)).files("copy into").copyIn(directory, tar);
  }

  @Override
  public void copyOut(ZoneRef zone, String path, OutputStream tar) {
    locked(() -> find(zone)).files("copy out of").copyOut(path, tar);
  }

  boolean uses(UUID image) {
    Optional<UUID> made = Optional.of(image);
    return specs().stream().anyMatch(z -> z.find(ZoneProperties.IMAGE_UUID).equals(made));
  }

  /** Of all zones, those too that are kept. */
  List<ZoneSpec> specs() {
    return locked(
        () ->
            Stream.concat(all.values().stream().map(FakeZone::spec), deleted.specs().stream())
                .toList());
  }

  long running() {
    return list().stream().filter(zone -> zone.status().pid().isPresent()).count();
  }

  void close() {
    locked(
        () -> {
          for (FakeZone zone : all.values()) {
            if (zone.running()) {
              halt(zone, StopOptions.FORCED);
            }
            zone.log.close();
          }
          return all;
        });
  }

  FakeZone find(ZoneRef ref) {
    return FakeZone.find(all.values(), ref);
  }

  private FakeZone running(ZoneRef ref) {
    FakeZone zone = find(ref);
    if (!zone.running()) {
      throw zone.wrongState("does not run: start it first");
    }
    return zone;
  }

  void tell(String kind, FakeZone zone, Map<String, Object> details) {
    events.add(kind, Optional.of(zone.uuid()), zone.spec().name(), details);
  }

  <T> T locked(Supplier<T> work) {
    zones.lock();
    try {
      return work.get();
    } finally {
      zones.unlock();
    }
  }
}
