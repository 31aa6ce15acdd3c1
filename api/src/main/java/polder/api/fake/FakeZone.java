package polder.api.fake;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.api.stream.BytePipe;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.RestartPolicy;
import polder.model.Snapshot;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

/** One fake zone; guarded by the lock of {@link FakeZones}. */
final class FakeZone {
  private static final int PIPE = 1 << 16;
  private static final Duration BACKOFF = Duration.ofMillis(100);

  final FakeLog log = new FakeLog();
  final FakeFiles files;
  private final Map<String, FakeSnapshot> snapshots = new LinkedHashMap<>();
  private final Instant created = Instant.now();
  private final ImageConfig image;
  private ZoneSpec spec;
  private Instant modified = created;
  private Optional<Instant> booted = Optional.empty();
  private Optional<ExitStatus> exit = Optional.empty();
  private Optional<Instant> exited = Optional.empty();
  private BytePipe stdin = new BytePipe(PIPE);
  private @Nullable FakeProcess main;
  private int restarts;
  private long runs;
  private boolean paused;
  private boolean stopping;

  FakeZone(ZoneSpec spec, ImageConfig image, FakeFiles files) {
    this.files = files;
    this.spec = spec;
    this.image = image;
  }

  Zone seen() {
    FakeProcess running = main;
    return new Zone(
        spec,
        new ZoneStatus(
            running == null
                ? ZoneState.INSTALLED
                : stopping ? ZoneState.SHUTTING_DOWN : ZoneState.RUNNING,
            paused,
            running == null ? Optional.empty() : Optional.of(running.pid()),
            created,
            modified,
            booted,
            exit,
            exited,
            false,
            restarts,
            Optional.empty(),
            Optional.empty()),
        "/fake/zones/" + spec.uuid(),
        snapshots());
  }

  /** What it had at one moment. */
  private record FakeSnapshot(Snapshot seen, FakeFiles files) {}

  /** Its snapshots, the oldest first. */
  List<Snapshot> snapshots() {
    return snapshots.values().stream().map(FakeSnapshot::seen).toList();
  }

  Snapshot snapshot(String name, Instant now) {
    Snapshot taken = new Snapshot(name, now, Optional.of(0L));
    snapshots.put(name, new FakeSnapshot(taken, files.copy()));
    return taken;
  }

  void rollback(String name) {
    files.become(Objects.requireNonNull(snapshots.get(name)).files());
  }

  /** Its own files, to be done something with. */
  FakeFiles files(String verb) {
    spec().refuseGuests(verb);
    return files;
  }

  /** Refuses what runs a program in it, if that cannot be now or ever. */
  void demandPrograms() {
    if (paused()) {
      throw wrongState("is paused: resume it first");
    }
    spec().refuseGuests("run a program in");
  }

  /** What it had at a snapshot. */
  FakeFiles filesAt(String name) {
    return Objects.requireNonNull(snapshots.get(name)).files();
  }

  /** What it has now, or had at a snapshot. */
  FakeFiles filesAt(Optional<String> snapshot) {
    if (snapshot.isEmpty()) {
      return files;
    }
    return Optional.ofNullable(snapshots.get(snapshot.get()))
        .map(FakeSnapshot::files)
        .orElseThrow(() -> noSnapshot(snapshot.get()));
  }

  /** The one of {@code all} that {@code ref} means. */
  static FakeZone find(Collection<FakeZone> all, ZoneRef ref) {
    String text = ref.text();
    List<FakeZone> found = new ArrayList<>();
    for (FakeZone zone : all) {
      if (zone.spec().find(ZoneProperties.ALIAS).equals(Optional.of(text))
          || zone.uuid().toString().equals(text)) {
        return zone;
      }
      if (text.length() >= 4 && zone.uuid().toString().startsWith(text)) {
        found.add(zone);
      }
    }
    if (found.size() > 1) {
      throw new PolderException(ErrorKind.INVALID, "'%s' begins several uuids".formatted(text));
    }
    if (found.isEmpty()) {
      throw new PolderException(ErrorKind.NOT_FOUND, "there is no zone '%s'".formatted(text));
    }
    return found.getFirst();
  }

  /** Refuses to delete it, unless it may be. */
  void demandDeletable(boolean force) {
    if (spec.get(ZoneProperties.INDESTRUCTIBLE_ZONEROOT)
        || spec.get(ZoneProperties.INDESTRUCTIBLE_DELEGATED)) {
      throw wrongState("is indestructible: set indestructible_…=false first");
    }
    if (running() && !force) {
      throw wrongState("runs: stop it first, or delete it by force");
    }
  }

  PolderException wrongState(String why) {
    return new PolderException(ErrorKind.WRONG_STATE, "zone '%s' %s".formatted(spec.name(), why));
  }

  PolderException noSnapshot(String name) {
    return new PolderException(
        ErrorKind.NOT_FOUND, "zone '%s' has no snapshot '%s'".formatted(spec.name(), name));
  }

  void removeSnapshot(String name) {
    snapshots.remove(name);
  }

  ZoneSpec spec() {
    return spec;
  }

  UUID uuid() {
    return spec.uuid();
  }

  void spec(ZoneSpec changed) {
    spec = changed;
    modified = Instant.now();
  }

  boolean running() {
    return main != null;
  }

  Optional<FakeProcess> main() {
    return Optional.ofNullable(main);
  }

  boolean paused() {
    return paused;
  }

  void pause(boolean on) {
    paused = on;
  }

  /** How often its main process was started: to tell one run from the next. */
  long runs() {
    return runs;
  }

  Optional<ExitStatus> exit() {
    return exit;
  }

  void stopping() {
    stopping = true;
  }

  /** Where the main process's input is written. */
  OutputStream stdin() {
    return spec.get(ZoneProperties.OPEN_STDIN) || spec.get(ZoneProperties.TTY)
        ? stdin.out()
        : OutputStream.nullOutputStream();
  }

  /** Starts the main process; {@code onExit} is called on its thread. */
  void boot(boolean again, java.util.function.Consumer<ExitStatus> onExit) {
    boolean input = spec.get(ZoneProperties.OPEN_STDIN) || spec.get(ZoneProperties.TTY);
    OutputStream stdout = log.writer("stdout");
    FakeProcess process =
        new FakeProcess(
            setting(command(), Map.of(), Optional.empty()),
            input ? stdin.in() : InputStream.nullInputStream(),
            stdout,
            spec.get(ZoneProperties.TTY) ? stdout : log.writer("stderr"),
            onExit);
    main = process;
    booted = Optional.of(Instant.now());
    restarts = again ? restarts + 1 : 0;
    runs++;
    stopping = false;
    process.start(again ? BACKOFF : Duration.ZERO);
  }

  /**
   * Notes that the main process ended.
   *
   * @return whether its restart policy wants it again
   */
  boolean ended(ExitStatus status) {
    main = null;
    paused = false;
    exit = Optional.of(status);
    exited = Optional.of(Instant.now());
    stdin = new BytePipe(PIPE);
    RestartPolicy policy = spec.get(ZoneProperties.RESTART);
    return !stopping
        && switch (policy.mode()) {
          case NO -> false;
          case ALWAYS, UNLESS_STOPPED -> true;
          case ON_FAILURE -> !status.success() && (policy.most() == 0 || restarts < policy.most());
        };
  }

  FakeProcess.Setting setting(
      List<String> command, Map<String, String> more, Optional<String> workdir) {
    Map<String, String> env = new LinkedHashMap<>(image.env());
    env.putAll(spec.get(ZoneProperties.ENV));
    env.putAll(more);
    String directory =
        workdir.or(() -> spec.find(ZoneProperties.WORKDIR)).or(image::workdir).orElse("/");
    return new FakeProcess.Setting(
        command,
        env,
        directory,
        spec.hostname(),
        path -> files.read(path.startsWith("/") ? path : directory + "/" + path));
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(spec.command());
    if (command.isEmpty()) {
      command.addAll(image.entrypoint());
      command.addAll(image.cmd());
    }
    return command.isEmpty() ? List.of("sleep", "infinity") : command; // an init with no children
  }
}
