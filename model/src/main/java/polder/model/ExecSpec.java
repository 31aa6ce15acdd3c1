package polder.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One more process in a running zone.
 *
 * @param command program and arguments; searched in the zone's PATH
 * @param user user[:group]; the zone's if empty
 * @param workdir working directory; the zone's if empty
 * @param env beside the zone's
 * @param tty whether it gets a terminal; then stderr is part of stdout
 * @param stdin whether its input can be written to; otherwise it is empty
 * @param rows height of the terminal
 * @param columns width of the terminal
 */
public record ExecSpec(
    List<String> command,
    Optional<String> user,
    Optional<String> workdir,
    Map<String, String> env,
    boolean tty,
    boolean stdin,
    int rows,
    int columns) {
  public ExecSpec {
    command = List.copyOf(command);
    env = Map.copyOf(env);
    if (command.isEmpty()) {
      throw new PolderException(ErrorKind.INVALID, "exec needs a command");
    }
    for (String word : command) {
      if (word.indexOf('\0') >= 0) {
        throw new PolderException(ErrorKind.INVALID, "the command holds a NUL character");
      }
    }
    env.forEach(
        (name, value) -> {
          if (name.isEmpty() || name.indexOf('=') >= 0 || (name + value).indexOf('\0') >= 0) {
            throw new PolderException(
                ErrorKind.INVALID, "env '%s' is not NAME=VALUE".formatted(Types.shorten(name)));
          }
        });
    if (rows < 0 || columns < 0 || rows > 65_535 || columns > 65_535) {
      throw new PolderException(ErrorKind.INVALID, "a terminal has 0 to 65535 rows and columns");
    }
  }

  /** {@code command} as the zone's user, without input or terminal. */
  public static ExecSpec of(String... command) {
    return new ExecSpec(
        List.of(command), Optional.empty(), Optional.empty(), Map.of(), false, false, 0, 0);
  }
}
