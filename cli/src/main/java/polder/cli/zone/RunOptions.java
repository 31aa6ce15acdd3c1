package polder.cli.zone;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.view.Amount;
import polder.model.Healthcheck;

/** The options of {@code polder run}, as a payload: Docker's words for SmartOS's properties. */
final class RunOptions {
  private RunOptions() {}

  static Usage options(Usage usage) {
    return NetworkOptions.options(zone(usage));
  }

  private static Usage zone(Usage usage) {
    return usage
        .flag("--rm", "delete the zone when its program has ended")
        .option("--pull", "WHEN", "fetch the image: missing (the usual), always or never")
        .flag("-d --detach", "print the uuid and leave it running")
        .flag("-i --interactive", "pass standard input on")
        .flag("-t --tty", "give it a terminal")
        .option("--name", "ALIAS", "what to call the zone")
        .option("--brand", "BRAND", "lx, from IMAGE, or native: the host's own userland, no IMAGE")
        .options("-e --env", "NAME=VALUE", "environment; NAME alone passes the caller's on")
        .option("-w --workdir", "DIR", "where the program runs")
        .option("-u --user", "USER[:GROUP]", "who it runs as")
        .options(
            "-v --volume",
            "[SRC:]DST[:OPTIONS]",
            "show the host's SRC, or a volume, at DST; OPTIONS such as ro; no SRC for a new volume"
                + " that goes with the zone")
        .options("--tmpfs", "DST[:OPTIONS]", "memory as a file system; OPTIONS such as size=64m")
        .options("--device", "PATH[:DST[:rwm]]", "let it use a device of the host's")
        .option("-m --memory", "SIZE", "limit of its memory, such as 512M")
        .option("--cpus", "NUMBER", "limit of its CPU time, such as 1.5")
        .option("--cpu-shares", "NUMBER", "its share when CPUs are short; 100 is usual")
        .option("--pids", "NUMBER", "limit of its processes and threads")
        .options("--ulimit", "NAME=SOFT[:HARD]", "limit of each process, such as nofile=1024:4096")
        .options("--sysctl", "NAME=VALUE", "a kernel setting of its own namespaces")
        .options("--cap-add", "CAP", "a capability beside the default ones")
        .options("--cap-drop", "CAP", "a default capability to leave out, or ALL")
        .options("--security-opt", "WORD", "no-new-privileges, seccomp=PROFILE or userns=host")
        .flag("--read-only", "its root file system cannot be written")
        .option("--hostname", "NAME", "its host name")
        .option("--restart", "POLICY", "no, on-failure[:N], always or unless-stopped")
        .option("--entrypoint", "PROGRAM", "run this instead of the image's; CMD are its arguments")
        .option("--stop-signal", "SIGNAL", "what asks it to end")
        .option("--stop-timeout", "SECONDS", "how long it may take to end")
        .flag("--no-init", "the program itself is process 1, without Polder's init before it")
        .flag("--no-healthcheck", "do not ask what the image would have asked")
        .options("-l --tag", "NAME=VALUE", "a label")
        .options("--set", "PROPERTY=VALUE", "any other property of the payload");
  }

  /** The payload that the words mean. */
  static Map<String, Object> payload(Caller caller, Arguments arguments) {
    Map<String, Object> payload = new LinkedHashMap<>();
    List<String> command = program(arguments, payload);
    put(payload, "alias", arguments.value("--name"));
    put(payload, "hostname", arguments.value("--hostname"));
    arguments.value("--entrypoint").ifPresent(e -> payload.put("entrypoint", List.of(e)));
    if (!command.isEmpty()) {
      payload.put("cmd", command);
    }
    boolean tty = arguments.has("--tty");
    Map<String, String> environment =
        tty
            ? Environment.withTerm(caller, arguments.values("--env"))
            : Environment.of(caller, arguments.values("--env"));
    if (!environment.isEmpty()) {
      payload.put("env", environment);
    }
    put(payload, "workdir", arguments.value("--workdir"));
    put(payload, "user", arguments.value("--user"));
    if (tty) {
      payload.put("tty", true);
    }
    if (arguments.has("--interactive")) {
      payload.put("open_stdin", true);
    }
    if (arguments.has("--no-init")) {
      payload.put("init", false);
    }
    if (arguments.has("--no-healthcheck")) {
      payload.put("healthcheck", Map.of("test", new ArrayList<>(Healthcheck.NONE)));
    }
    limits(arguments, payload);
    places(caller, arguments, payload);
    security(arguments, payload);
    put(payload, "stop_signal", arguments.value("--stop-signal"));
    number(payload, "stop_timeout", arguments, "--stop-timeout", 0, 86_400);
    put(payload, "restart", arguments.value("--restart"));
    payload.put("autoboot", stays(arguments));
    pairs(arguments, "--tag").ifPresent(tags -> payload.put("tags", tags));
    pairs(arguments, "--sysctl").ifPresent(sysctls -> payload.put("sysctls", sysctls));
    NetworkOptions.write(arguments, payload);
    Map<String, @Nullable Object> other = new LinkedHashMap<>();
    Assignments.of(arguments.values("--set"), other);
    other.forEach(
        (name, value) -> {
          if (value != null) {
            payload.put(name, value);
          }
        });
    return payload;
  }

  private static boolean stays(Arguments arguments) {
    String policy = arguments.value("--restart").orElse("no");
    return policy.equals("always") || policy.equals("unless-stopped");
  }

  private static List<String> program(Arguments arguments, Map<String, Object> payload) {
    String brand = arguments.value("--brand").orElse("lx");
    payload.put("brand", brand);
    if (brand.equals("lx")) {
      if (arguments.operands().isEmpty()) {
        throw new UsageException("missing IMAGE; --brand native needs none");
      }
      payload.put("image", arguments.operand(0));
      return arguments.operandsFrom(1);
    }
    return arguments.operands();
  }

  private static void limits(Arguments arguments, Map<String, Object> payload) {
    arguments
        .value("--memory")
        .ifPresent(size -> payload.put("max_physical_memory", Amount.mebibytes(size)));
    arguments.value("--cpus").ifPresent(cpus -> payload.put("cpu_cap", percent(cpus)));
    number(payload, "cpu_shares", arguments, "--cpu-shares", 1, 65_535);
    number(payload, "max_lwps", arguments, "--pids", 1, 4_194_304);
    Map<String, Object> ulimits = new LinkedHashMap<>();
    for (String word : arguments.values("--ulimit")) {
      int equals = word.indexOf('=');
      String[] parts = word.substring(equals + 1).split(":", -1);
      if (equals < 1 || parts.length > 2) {
        throw wrong("--ulimit", "NAME=SOFT[:HARD]", word);
      }
      try {
        long soft = Long.parseLong(parts[0]);
        long hard = parts.length == 2 ? Long.parseLong(parts[1]) : soft;
        ulimits.put(word.substring(0, equals), Map.of("soft", soft, "hard", hard));
      } catch (NumberFormatException e) {
        throw wrong("--ulimit", "NAME=SOFT[:HARD]", word);
      }
    }
    if (!ulimits.isEmpty()) {
      payload.put("ulimits", ulimits);
    }
  }

  private static long percent(String cpus) {
    try {
      BigDecimal percent = new BigDecimal(cpus).movePointRight(2);
      if (percent.signum() > 0 && percent.compareTo(BigDecimal.valueOf(1_000_000)) <= 0) {
        return Math.max(1, percent.longValue());
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new UsageException(
        "--cpus takes a number such as 1.5, not '" + Words.printable(cpus) + "'");
  }

  private static void places(Caller caller, Arguments arguments, Map<String, Object> payload) {
    List<Object> filesystems = new ArrayList<>();
    for (String word : arguments.values("--volume")) {
      filesystems.add(volume(caller, word));
    }
    for (String word : arguments.values("--tmpfs")) {
      int colon = word.indexOf(':');
      Map<String, Object> tmpfs = new LinkedHashMap<>();
      tmpfs.put("target", colon < 0 ? word : word.substring(0, colon));
      tmpfs.put("type", "tmpfs");
      if (colon > 0) {
        tmpfs.put("options", List.of((Object[]) word.substring(colon + 1).split(",", -1)));
      }
      filesystems.add(tmpfs);
    }
    if (!filesystems.isEmpty()) {
      payload.put("filesystems", filesystems);
    }
    List<Object> devices = new ArrayList<>();
    for (String word : arguments.values("--device")) {
      String[] parts = word.split(":", -1);
      if (parts.length > 3) {
        throw wrong("--device", "PATH[:DST[:rwm]]", word);
      }
      Map<String, Object> device = new LinkedHashMap<>();
      device.put("path", parts[0]);
      if (parts.length > 1) {
        device.put("target", parts[1]);
      }
      if (parts.length > 2) {
        device.put("access", parts[2]);
      }
      devices.add(device);
    }
    if (!devices.isEmpty()) {
      payload.put("devices", devices);
    }
  }

  /** What {@code -v} means: a path of the host's, a volume's name, or a new volume. */
  private static Map<String, Object> volume(Caller caller, String word) {
    String[] parts = word.split(":", -1);
    if (parts.length > 3 || parts[0].isEmpty()) {
      throw wrong("-v", "[SRC:]DST[:OPTIONS]", word);
    }
    Map<String, Object> filesystem = new LinkedHashMap<>();
    boolean path = parts[0].startsWith("/") || parts[0].startsWith(".");
    if (parts.length == 1) {
      filesystem.put("target", parts[0]);
      filesystem.put("type", "volume");
      return filesystem;
    }
    filesystem.put(
        "source", path ? caller.file(parts[0]).toAbsolutePath().normalize().toString() : parts[0]);
    filesystem.put("target", parts[1]);
    filesystem.put("type", path ? "lofs" : "volume");
    if (parts.length == 3 && !parts[2].isEmpty()) {
      filesystem.put("options", List.of((Object[]) parts[2].split(",", -1)));
    }
    return filesystem;
  }

  private static void security(Arguments arguments, Map<String, Object> payload) {
    Map<String, Object> security = new LinkedHashMap<>();
    if (!arguments.values("--cap-add").isEmpty()) {
      security.put("cap_add", arguments.values("--cap-add"));
    }
    if (!arguments.values("--cap-drop").isEmpty()) {
      security.put("cap_drop", arguments.values("--cap-drop"));
    }
    if (arguments.has("--read-only")) {
      security.put("read_only_root", true);
    }
    for (String word : arguments.values("--security-opt")) {
      switch (word) {
        case "no-new-privileges", "no-new-privileges=true" -> security.put("no_new_privs", true);
        case "no-new-privileges=false" -> security.put("no_new_privs", false);
        case "userns=host" -> security.put("userns", false);
        default -> {
          if (!word.startsWith("seccomp=")) {
            throw wrong(
                "--security-opt", "no-new-privileges, seccomp=PROFILE or userns=host", word);
          }
          security.put("seccomp", word.substring("seccomp=".length()));
        }
      }
    }
    if (!security.isEmpty()) {
      payload.put("security", security);
    }
  }

  private static Optional<Map<String, String>> pairs(Arguments arguments, String option) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String word : arguments.values(option)) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw wrong(option, "NAME=VALUE", word);
      }
      pairs.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return pairs.isEmpty() ? Optional.empty() : Optional.of(pairs);
  }

  private static void put(Map<String, Object> payload, String name, Optional<String> value) {
    value.ifPresent(text -> payload.put(name, text));
  }

  private static void number(
      Map<String, Object> payload,
      String name,
      Arguments arguments,
      String option,
      long least,
      long most) {
    arguments.number(option, least, most).ifPresent(number -> payload.put(name, number));
  }

  private static UsageException wrong(String option, String form, String word) {
    return new UsageException(option + " takes " + form + ", not '" + Words.printable(word) + "'");
  }
}
