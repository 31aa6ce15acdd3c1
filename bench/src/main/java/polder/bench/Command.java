package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.Child;
import polder.linux.FileSteps;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.linux.Operand;
import polder.linux.Pidfd;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.WaitStatus;

/**
 * A program of the host's, to be run to its end any number of times.
 *
 * <p>It is started by the same launcher, and timed by the same clock, as our zones: 0.1 ms from a
 * process of 40 kB, cheaper than any shell or JVM could. So what a peer takes is its own time.
 */
final class Command {
  private final Launcher launcher;
  private final List<String> words;
  private final Path errors;
  private final Program program;

  private Command(Launcher launcher, List<String> words, Path errors, Program program) {
    this.launcher = launcher;
    this.words = words;
    this.errors = errors;
    this.program = program;
  }

  /** {@code words}, the first an absolute path, as the host sees files. */
  static Command of(Stage stage, String... words) {
    return make(stage, Optional.empty(), Namespace.MOUNT, List.of(words), List.of());
  }

  /** {@code words} with variables beside {@code PATH}, each {@code NAME=VALUE}. */
  static Command with(Stage stage, List<String> words, List<String> variables) {
    return make(stage, Optional.empty(), Namespace.MOUNT, words, variables);
  }

  /** {@code words} in a namespace of process {@code keeper}: one setns(2) more, some 2 us. */
  static Command in(Pidfd keeper, Namespace namespace, Stage stage, List<String> words) {
    return make(stage, Optional.of(keeper), namespace, words, List.of());
  }

  private static Command make(
      Stage stage,
      Optional<Pidfd> keeper,
      Namespace namespace,
      List<String> words,
      List<String> variables) {
    List<String> environment = new ArrayList<>(variables);
    if (environment.stream().noneMatch(each -> each.startsWith("PATH="))) {
      environment.add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }
    Path errors = stage.directory().resolve("errors");
    ProgramBuilder p = Program.builder(Set.of());
    keeper.ifPresent(k -> p.process().joinNamespaces(p.pass(k.fd()), Set.of(namespace)));
    Operand file =
        p.files()
            .open(
                Operand.AT_FDCWD,
                errors.toString(),
                FileSteps.O_WRONLY | FileSteps.O_CREAT | FileSteps.O_TRUNC,
                0600);
    p.files().dup2(file, 2);
    p.exec(words.getFirst(), words, environment);
    return new Command(stage.launcher(), List.copyOf(words), errors, p.build());
  }

  /** The file that {@code name} is on the usual PATH, if there is one. */
  static Optional<Path> find(String name) {
    List<Path> found = new ArrayList<>();
    for (String directory : List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")) {
      Path file = Path.of(directory, name);
      if (Files.isExecutable(file)) {
        found.add(file);
      }
    }
    return found.stream().findFirst();
  }

  /**
   * Runs it and waits for its end.
   *
   * @throws IllegalStateException with the first line it wrote as an error, if its exit code is not
   *     0
   */
  void run() {
    try (Child child = start()) {
      WaitStatus status = child.pidfd().await();
      if (!status.equals(new WaitStatus.Exited(0))) {
        child.awaitStarted(); // if it was not even executed, this says why
        throw new IllegalStateException(
            "'%s' ended with %d%s"
                .formatted(String.join(" ", words), status.shellCode(), firstError()));
      }
    }
  }

  /** Starts it; who closes the child sees to it that it has ended. */
  Child start() {
    return launcher.launch(program);
  }

  private String firstError() {
    try {
      return Files.readString(errors)
          .lines()
          .filter(line -> !line.isBlank())
          .findFirst()
          .map(line -> ": " + line.strip())
          .orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
