package polder.brand.zone;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.ExecSpec;
import polder.model.ImageConfig;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * What a process executes, and in what surroundings.
 *
 * @param arguments the program's name and its arguments; empty for a first process that runs
 *     nothing
 * @param environment by name
 * @param workdir where it starts
 */
record Command(List<String> arguments, Map<String, String> environment, String workdir) {
  static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  Command {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
  }

  /** A zone's first process, or main process below the built-in first one. */
  static Command first(ZoneSpec spec, ImageConfig image, Account account) {
    List<String> arguments = new ArrayList<>();
    Optional<String> init = spec.find(ZoneProperties.INIT_NAME);
    if (init.isPresent()) {
      arguments.add(init.get());
    } else {
      List<String> entrypoint = spec.find(ZoneProperties.ENTRYPOINT).orElse(List.of());
      List<String> command = spec.find(ZoneProperties.CMD).orElse(List.of());
      if (entrypoint.isEmpty()) {
        entrypoint = image.entrypoint();
        // an image's own cmd is arguments of the image's own entrypoint only
        command = command.isEmpty() ? image.cmd() : command;
      }
      arguments.addAll(entrypoint);
      arguments.addAll(command);
    }
    boolean tty = spec.get(ZoneProperties.TTY);
    Map<String, String> environment = environment(spec, image, account, tty, Map.of());
    init.ifPresent(path -> environment.putIfAbsent("container", "polder"));
    String workdir = spec.find(ZoneProperties.WORKDIR).or(image::workdir).orElse("/");
    return new Command(arguments, environment, workdir);
  }

  /** One more process in a zone. */
  static Command entering(ExecSpec exec, ZoneSpec spec, ImageConfig image, Account account) {
    String workdir =
        exec.workdir().or(() -> spec.find(ZoneProperties.WORKDIR)).or(image::workdir).orElse("/");
    return new Command(
        exec.command(), environment(spec, image, account, exec.tty(), exec.env()), workdir);
  }

  private static Map<String, String> environment(
      ZoneSpec spec, ImageConfig image, Account account, boolean tty, Map<String, String> last) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", PATH);
    environment.put("HOME", account.home());
    environment.put("HOSTNAME", spec.hostname());
    if (tty) {
      environment.put("TERM", "xterm");
    }
    environment.putAll(image.env());
    environment.putAll(spec.get(ZoneProperties.ENV));
    environment.putAll(last);
    return environment;
  }

  /** {@code NAME=VALUE}, sorted by name. */
  List<String> environmentStrings() {
    return environment.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .sorted()
        .toList();
  }

  /** Where the program may be: itself if it has a slash in it, else in each directory of PATH. */
  List<String> candidates() {
    String program = arguments.getFirst();
    if (program.indexOf('/') >= 0) {
      return List.of(program);
    }
    List<String> paths = new ArrayList<>();
    for (String directory : environment.getOrDefault("PATH", PATH).split(":", -1)) {
      // an empty one means the working directory, as execvp(3) has it
      paths.add(directory.isEmpty() ? program : directory + "/" + program);
    }
    return List.copyOf(paths);
  }
}
