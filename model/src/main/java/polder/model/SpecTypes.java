package polder.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.model.ObjectType.Field;

/** The types of a payload's values that are records. */
final class SpecTypes {
  private static final Type<List<String>> LINES = Types.list(Types.LINE);
  private static final Type<Duration> SECONDS =
      Types.mapped(Types.integer(0, 86_400), Duration::ofSeconds, Duration::toSeconds);
  private static final Type<Duration> SECONDS_FROM_1 =
      Types.mapped(Types.integer(1, 86_400), Duration::ofSeconds, Duration::toSeconds);

  static final Type<Filesystem> FILESYSTEM = filesystem();
  static final Type<Device> DEVICE = device();
  static final Type<Security> SECURITY = security();
  static final Type<Healthcheck> HEALTHCHECK = healthcheck();
  static final Type<SnapshotSchedule> SCHEDULE = schedule();
  static final Type<Ulimit> ULIMIT = new UlimitType();

  private SpecTypes() {}

  private static Type<Filesystem> filesystem() {
    Property<String> source =
        Property.of(
                "source",
                Types.LINE,
                "the host's path, for a bind; a volume's name, or NAME/path; none for a new volume"
                    + " that goes with the zone")
            .otherwise("");
    Property<String> target = Property.of("target", Types.PATH, "where it appears in the zone");
    Property<String> type =
        Property.of(
                "type",
                Types.word("lofs", "bind", "volume", "tmpfs"),
                "lofs (a bind), volume or tmpfs")
            .otherwise("lofs");
    Property<List<String>> options =
        Property.of(
                "options",
                Types.list(
                    Types.text(
                        Pattern.compile(
                            "ro|rw|nosuid|nodev|noexec|noidmap|nosub|size=[1-9][0-9]{0,12}[kmgKMG]?|mode=[0-7]{3,4}"),
                        "ro, rw, nosuid, nodev, noexec, noidmap, nosub, size=N[kmg], mode=OCTAL",
                        64)),
                "mount options")
            .otherwise(List.of());
    return new ObjectType<>(
        "filesystem {source, target, type, options}",
        List.of(
            new Field<>(source, false, f -> Optional.of(f.source()).filter(s -> !s.isEmpty())),
            new Field<>(target, true, f -> Optional.of(f.target())),
            new Field<>(type, false, f -> Optional.of(f.type())),
            new Field<>(options, false, f -> Optional.of(f.options()).filter(o -> !o.isEmpty()))),
        v -> {
          String kind = v.get(type).equals("bind") ? "lofs" : v.get(type);
          String from = v.get(source);
          if (kind.equals("lofs") && !from.startsWith("/")) {
            throw new PolderException(
                ErrorKind.INVALID, "a bind needs 'source', an absolute path of the host's");
          }
          if (kind.equals("volume")) {
            checkVolume(from, v.get(options));
          }
          if (v.get(target).equals("/")) {
            throw new PolderException(ErrorKind.INVALID, "the target cannot be the root itself");
          }
          return new Filesystem(from, v.get(target), kind, v.get(options));
        });
  }

  private static void checkVolume(String source, List<String> options) {
    List<String> parts = List.of(source.split("/", -1));
    if (!source.isEmpty()) {
      Volume.checkName(parts.getFirst());
    }
    if (parts.stream().skip(1).anyMatch(part -> part.isEmpty() || part.matches("\\.\\.?"))) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' must be a volume's name, or NAME/path without '.' and '..'"
              .formatted(Types.shorten(source)));
    }
    for (String option : options) {
      if (!option.matches("ro|rw|nosuid|nodev|noexec")) {
        throw new PolderException(
            ErrorKind.INVALID,
            "a volume has no option '%s'; use ro, rw, nosuid, nodev, noexec".formatted(option));
      }
    }
  }

  private static Type<SnapshotSchedule> schedule() {
    Type<Long> count = Types.integer(0, SnapshotSchedule.MOST);
    Map<SnapshotSchedule.Period, Property<Long>> counts =
        new EnumMap<>(SnapshotSchedule.Period.class);
    List<Field<SnapshotSchedule, ?>> fields = new ArrayList<>();
    for (SnapshotSchedule.Period period : SnapshotSchedule.Period.values()) {
      Property<Long> property =
          Property.of(period.word(), count, "how many of them are kept").otherwise(0L);
      counts.put(period, property);
      fields.add(
          new Field<>(
              property,
              false,
              schedule -> Optional.ofNullable(schedule.kept().get(period)).map(Long::valueOf)));
    }
    return new ObjectType<>(
        "schedule {hourly, daily, weekly, monthly}",
        fields,
        v -> {
          Map<SnapshotSchedule.Period, Integer> kept = new EnumMap<>(SnapshotSchedule.Period.class);
          counts.forEach((period, property) -> kept.put(period, v.get(property).intValue()));
          return new SnapshotSchedule(kept);
        });
  }

  private static Type<Device> device() {
    Property<String> path = Property.of("path", Types.PATH, "the host's device node");
    Property<String> target = Property.of("target", Types.PATH, "its path in the zone");
    Property<String> access =
        Property.of(
                "access",
                Types.text(Pattern.compile("[rwm]{1,3}"), "any of r, w, m", 3),
                "any of r (read), w (write), m (mknod)")
            .otherwise("rw");
    return new ObjectType<>(
        "device {path, target, access}",
        List.of(
            new Field<>(path, true, d -> Optional.of(d.path())),
            new Field<>(target, false, d -> Optional.of(d.target())),
            new Field<>(access, false, d -> Optional.of(d.access()))),
        v -> new Device(v.get(path), v.find(target).orElse(v.get(path)), v.get(access)));
  }

  private static Type<Security> security() {
    Security standard = Security.DEFAULT;
    Property<List<String>> add =
        Property.of("cap_add", LINES, "capabilities beside the default ones").otherwise(List.of());
    Property<List<String>> drop =
        Property.of("cap_drop", LINES, "default capabilities to leave out; ALL for all")
            .otherwise(List.of());
    Property<String> seccomp =
        Property.of(
                "seccomp",
                Types.text(
                    Pattern.compile("[a-z][a-z0-9_-]{0,62}"),
                    "default, docker, unconfined or a profile's name",
                    63),
                "the system call filter: default, docker, unconfined, or a profile of the host's")
            .otherwise(standard.seccomp());
    Property<Boolean> nnp =
        Property.of("no_new_privs", Types.BOOLEAN, "set-uid programs gain nothing")
            .otherwise(standard.noNewPrivs());
    Property<Boolean> readOnly =
        Property.of("read_only_root", Types.BOOLEAN, "the root file system cannot be written")
            .otherwise(standard.readOnlyRoot());
    Property<Boolean> userns =
        Property.of("userns", Types.BOOLEAN, "a user namespace with 65,536 ids of its own")
            .otherwise(standard.userns());
    return new ObjectType<>(
        "security {cap_add, cap_drop, seccomp, no_new_privs, read_only_root, userns}",
        List.of(
            new Field<>(add, false, s -> Optional.of(s.capAdd())),
            new Field<>(drop, false, s -> Optional.of(s.capDrop())),
            new Field<>(seccomp, false, s -> Optional.of(s.seccomp())),
            new Field<>(nnp, false, s -> Optional.of(s.noNewPrivs())),
            new Field<>(readOnly, false, s -> Optional.of(s.readOnlyRoot())),
            new Field<>(userns, false, s -> Optional.of(s.userns()))),
        v ->
            new Security(
                v.get(add),
                v.get(drop),
                v.get(seccomp),
                v.get(nnp),
                v.get(readOnly),
                v.get(userns)));
  }

  private static Type<Healthcheck> healthcheck() {
    Property<List<String>> test =
        Property.of(
            "test",
            Types.list(Types.TEXT),
            "the command, exit code 0 is healthy; or NONE, which asks nothing");
    Property<Duration> interval =
        Property.of("interval", SECONDS_FROM_1, "seconds between checks")
            .otherwise(Duration.ofSeconds(30));
    Property<Duration> timeout =
        Property.of("timeout", SECONDS_FROM_1, "seconds after which a check has failed")
            .otherwise(Duration.ofSeconds(30));
    Property<Long> retries =
        Property.of("retries", Types.integer(1, 1000), "failures in a row that mean unhealthy")
            .otherwise(3L);
    Property<Duration> start =
        Property.of(
                "start_period", SECONDS, "seconds after the start in which failures do not count")
            .otherwise(Duration.ZERO);
    return new ObjectType<>(
        "healthcheck {test, interval, timeout, retries, start_period}",
        List.of(
            new Field<>(test, true, h -> Optional.of(h.test())),
            new Field<>(interval, false, h -> Optional.of(h.interval())),
            new Field<>(timeout, false, h -> Optional.of(h.timeout())),
            new Field<>(retries, false, h -> Optional.of((long) h.retries())),
            new Field<>(start, false, h -> Optional.of(h.startPeriod()))),
        v -> {
          if (v.get(test).isEmpty()) {
            throw new PolderException(ErrorKind.INVALID, "'test' needs a command");
          }
          return new Healthcheck(
              v.get(test),
              v.get(interval),
              v.get(timeout),
              v.get(retries).intValue(),
              v.get(start));
        });
  }

  /** A limit as one number for both, or {@code {"soft": 1024, "hard": 4096}}. */
  private record UlimitType() implements Type<Ulimit> {
    private static final Property<Long> SOFT =
        Property.of("soft", Types.integer(-1, Long.MAX_VALUE), "what holds; -1 for none");
    private static final Property<Long> HARD =
        Property.of("hard", Types.integer(-1, Long.MAX_VALUE), "how far it may be raised");
    private static final Type<Ulimit> BOTH =
        new ObjectType<>(
            "ulimit {soft, hard}",
            List.of(
                new Field<>(SOFT, true, u -> Optional.of(u.soft())),
                new Field<>(HARD, true, u -> Optional.of(u.hard()))),
            v -> new Ulimit(v.get(SOFT), v.get(HARD)));

    @Override
    public @Nullable Ulimit read(@Nullable Object json, String path, List<Fault> faults) {
      if (json instanceof Long one) {
        Long value = SOFT.type().read(one, path, faults);
        return value == null ? null : new Ulimit(value, value);
      }
      return BOTH.read(json, path, faults);
    }

    @Override
    public Object write(Ulimit value) {
      return BOTH.write(value);
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("oneOf", List.of(SOFT.type().schema(), BOTH.schema()));
    }

    @Override
    public String word() {
      return "integer or {soft, hard}";
    }

    @Override
    public Object fromText(String text) {
      return text.startsWith("{") ? BOTH.fromText(text) : SOFT.type().fromText(text);
    }
  }
}
