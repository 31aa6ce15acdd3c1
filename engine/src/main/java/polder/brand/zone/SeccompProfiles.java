package polder.brand.zone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import polder.linux.Capability;
import polder.linux.SeccompFilter;
import polder.linux.SeccompProfile;
import polder.linux.Syscalls;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * The seccomp filters of zones by the name of their profile: {@code default}, {@code docker},
 * {@code unconfined}, or {@code NAME.json} in the administrator's directory.
 */
final class SeccompProfiles {
  private static final long LARGEST = 1 << 20;
  private static final Set<String> BUILT_IN = Set.of("default", "docker");

  /**
   * What our own steps do after the filter is there; the built-in init goes on with it for good.
   */
  private static final List<String> NEEDED = List.of("execve", "exit_group", "capset", "setsid");

  private static final List<String> NEEDED_BY_TERMINALS = List.of("ioctl");
  private static final List<String> NEEDED_BY_INIT =
      List.of(
          "clone",
          "rt_sigprocmask",
          "rt_sigtimedwait",
          "wait4",
          "kill",
          "close_range",
          "munmap",
          "prctl",
          "getpid");

  private static final long SIGCHLD = 17;

  private final Path directory;
  private final SeccompFilter standard = SeccompFilter.of(SeccompProfile.zone());
  private final SeccompFilter docker = SeccompFilter.of(SeccompProfile.docker());
  private final Map<Key, SeccompFilter> compiled = new ConcurrentHashMap<>();

  /** A profile's text, for those who have these capabilities. */
  private record Key(String text, Set<Capability> capabilities) {}

  /** Profiles of the administrator's are in {@code directory}, which need not be there. */
  SeccompProfiles(Path directory) {
    this.directory = directory;
  }

  /**
   * The filter of the profile {@code name}; empty only for {@code unconfined}.
   *
   * @throws PolderException INVALID if there is no such profile or it is not one: a zone is never
   *     unconfined by mistake
   */
  Optional<SeccompFilter> filter(String name, Set<Capability> capabilities) {
    return switch (name) {
      case "unconfined" -> Optional.empty();
      case "default" -> Optional.of(standard);
      case "docker" -> Optional.of(docker);
      default -> Optional.of(own(name, capabilities));
    };
  }

  /**
   * As {@link #filter}, and refused if it does not let Polder's own steps through. That the
   * built-in ones do is not asked at each start: a test of this class shows it.
   */
  Optional<SeccompFilter> filter(
      String name, Set<Capability> capabilities, boolean init, boolean terminal) {
    Optional<SeccompFilter> filter = filter(name, capabilities);
    if (!BUILT_IN.contains(name)) {
      filter.ifPresent(own -> check(own, name, init, terminal));
    }
    return filter;
  }

  /** Refuses {@code filter} if it denies what starting such a zone takes. */
  static void check(SeccompFilter filter, String name, boolean init, boolean terminal) {
    List<String> needed =
        Stream.of(
                NEEDED,
                init ? NEEDED_BY_INIT : List.<String>of(),
                terminal ? NEEDED_BY_TERMINALS : List.<String>of())
            .flatMap(List::stream)
            .toList();
    List<String> denied =
        needed.stream()
            .filter(
                call ->
                    !filter
                        .decide(
                            Syscalls.number(call).orElseThrow(),
                            SeccompFilter.X86_64,
                            call.equals("clone") ? SIGCHLD : 0)
                        .allows())
            .toList();
    if (!denied.isEmpty()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "seccomp profile '%s' denies %s, which starting a zone takes; allow it"
              .formatted(name, denied));
    }
  }

  private SeccompFilter own(String name, Set<Capability> capabilities) {
    Path file = directory.resolve(name + ".json");
    try {
      if (Files.size(file) > LARGEST) {
        throw new PolderException(
            ErrorKind.INVALID, "seccomp profile %s is larger than 1 MiB".formatted(file));
      }
      var key = new Key(Files.readString(file), Set.copyOf(capabilities));
      return compiled.computeIfAbsent(
          key, k -> SeccompFilter.of(SeccompJson.read(k.text(), k.capabilities())));
    } catch (NoSuchFileException e) {
      throw new PolderException(
          ErrorKind.INVALID,
          "there is no seccomp profile '%s': use default, docker, unconfined, or write %s"
              .formatted(name, file),
          e);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot read seccomp profile %s: %s".formatted(file, e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new PolderException(
          ErrorKind.INVALID, "seccomp profile %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
