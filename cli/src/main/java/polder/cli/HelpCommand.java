package polder.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.page.HelpPage;
import polder.model.Nearest;

/** {@code polder help}. */
final class HelpCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("help", "tell how commands are typed")
        .operands("COMMAND", Operand.Kind.COMMAND, 0, 2)
        .example("polder help image import", "the same as polder image import --help");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean colour = caller.colour(caller.out());
    if (arguments.operands().isEmpty()) {
      caller.out().text(HelpPage.overview(Catalog.usages(), colour));
      return Failure.DONE;
    }
    String name = String.join(" ", arguments.operands());
    @Nullable Command command = Catalog.find(name);
    if (command == null && Catalog.GROUPS.contains(name)) {
      caller
          .out()
          .text(
              HelpPage.overview(
                  Catalog.usages().stream()
                      .filter(usage -> usage.name().startsWith(name + " "))
                      .toList(),
                  colour));
      return Failure.DONE;
    }
    if (command == null) {
      throw new UsageException(
          "'%s' is no command; did you mean '%s'?"
              .formatted(Words.printable(name), Nearest.of(name, Catalog.NAMES)));
    }
    Usage usage = Objects.requireNonNull(command).usage();
    caller.out().text(HelpPage.of(usage, Catalog.aliases(usage.name()), colour));
    return Failure.DONE;
  }
}
