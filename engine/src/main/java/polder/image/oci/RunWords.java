package polder.image.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a configuration says of volumes, ports and health, in a payload's words. */
final class RunWords {
  private static final long SECOND = 1_000_000_000; // durations are in nanoseconds
  private static final long DAY = 86_400;
  private static final int VOLUMES_AT_MOST = 100;
  private static final int PORT_AT_MOST = 65_535;

  private RunWords() {}

  /** Adds them to {@code words}; what a payload could not say is for its reader to refuse. */
  static void add(Map<String, Object> words, Map<?, ?> config) {
    words.put("volumes", volumes(config.get("Volumes")));
    words.put("ports", ports(config.get("ExposedPorts")));
    if (config.get("Healthcheck") instanceof Map<?, ?> check) {
      health(check, shell(config.get("Shell")))
          .ifPresent(health -> words.put("healthcheck", health));
    } else if (config.get("Healthcheck") != null) {
      throw Malformed.because("its health check is no object");
    }
  }

  private static Set<String> names(@Nullable Object tree, String what) {
    if (tree == null) {
      return Set.of();
    }
    if (!(tree instanceof Map<?, ?> map)) {
      throw Malformed.because("its %s are no object", what);
    }
    Set<String> names = new LinkedHashSet<>();
    map.keySet().forEach(key -> names.add(String.valueOf(key)));
    return names;
  }

  private static List<Object> volumes(@Nullable Object tree) {
    Set<Object> volumes = new LinkedHashSet<>();
    for (String name : names(tree, "volumes")) {
      String path = ("/" + name).replaceAll("/+", "/");
      if (!path.equals("/")) { // which is there
        volumes.add(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
      }
    }
    if (volumes.size() > VOLUMES_AT_MOST) {
      throw Malformed.because("it has %d volumes; %d are taken", volumes.size(), VOLUMES_AT_MOST);
    }
    return new ArrayList<>(volumes);
  }

  private static List<Object> ports(@Nullable Object tree) {
    List<Object> ports = new ArrayList<>();
    for (String name : names(tree, "exposed ports")) {
      for (String number : name.replaceFirst("/.*", "").split("-", -1)) {
        if (!number.matches("[0-9]{1,5}") || Integer.parseInt(number) > PORT_AT_MOST) {
          throw Malformed.because("it exposes the port '%s', which is none", Malformed.shown(name));
        }
      }
      ports.add(name.indexOf('/') < 0 ? name + "/tcp" : name);
    }
    return ports;
  }

  /** Docker's: NONE, CMD with a program, CMD-SHELL with a script; without a test there is none. */
  private static Optional<Map<String, Object>> health(Map<?, ?> check, List<Object> shell) {
    List<?> test = check.get("Test") instanceof List<?> list ? list : List.of();
    if (test.isEmpty() || test.get(0).equals("NONE")) {
      return Optional.empty();
    }
    List<Object> command = new ArrayList<>();
    boolean script = test.get(0).equals("CMD-SHELL");
    if ((!script && !test.get(0).equals("CMD")) || test.size() < 2) {
      throw Malformed.because(
          "its health check '%s' is neither NONE nor CMD nor CMD-SHELL with a command",
          Malformed.shown(String.valueOf(test.get(0))));
    }
    if (script) {
      command.addAll(shell);
      command.add(test.get(1));
    } else {
      command.addAll(test.subList(1, test.size()));
    }
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("test", command);
    seconds(words, "interval", check.get("Interval"));
    seconds(words, "timeout", check.get("Timeout"));
    seconds(words, "start_period", check.get("StartPeriod"));
    if (check.get("Retries") instanceof Long retries && retries != 0) {
      words.put("retries", Math.min(retries, 1000));
    }
    return Optional.of(words);
  }

  private static void seconds(Map<String, Object> words, String name, @Nullable Object nanos) {
    if (nanos instanceof Long time && time != 0) { // 0 means that nothing is said
      words.put(name, Math.min(Math.ceilDiv(time, SECOND), DAY));
    }
  }

  private static List<Object> shell(@Nullable Object tree) {
    return tree instanceof List<?> list && !list.isEmpty()
        ? new ArrayList<>(list)
        : List.of("/bin/sh", "-c");
  }
}
