package polder.cli.call;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import polder.model.Host;

/**
 * Who called: streams, environment, and the way to a host.
 *
 * @param in standard input
 * @param inTerminal whether a person types there
 * @param out standard output
 * @param err standard error
 * @param environment environ(7)
 * @param directory where relative paths begin
 * @param hosts the way to a host
 * @param screen the terminal on standard input, for those who need its keys or size
 */
public record Caller(
    InputStream in,
    boolean inTerminal,
    Output out,
    Output err,
    Map<String, String> environment,
    Path directory,
    HostFactory hosts,
    Screen.Opener screen) {

  public Caller {
    environment = Map.copyOf(environment);
  }

  /** Asks the host something, and lets go of it. */
  public <T> T ask(Function<Host, T> question) {
    try (Host host = hosts.connect()) {
      return question.apply(host);
    }
  }

  /** A variable of the environment; empty if it is unset or empty. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** Whether text on {@code output} may be coloured: a terminal, and no NO_COLOR. */
  public boolean colour(Output output) {
    return output.terminal()
        && variable("NO_COLOR").isEmpty()
        && !variable("TERM").equals(Optional.of("dumb"));
  }

  /** The file that {@code text} names. */
  public Path file(String text) {
    return directory.resolve(text);
  }

  /** Tells a person at the terminal; silent in a pipe or file. */
  public void tell(String sentence) {
    if (err.terminal()) {
      err.line(Words.clean(sentence));
    }
  }
}
