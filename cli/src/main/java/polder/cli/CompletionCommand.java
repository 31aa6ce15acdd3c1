package polder.cli;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.page.Completions;

/** {@code polder completion}. */
final class CompletionCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("completion", "print a shell's completions: bash, zsh or fish")
        .text("Zones and images complete by the names that are there.")
        .operand("SHELL", Operand.Kind.SHELL)
        .example("source <(polder completion bash)", "completes in this bash")
        .example(
            "polder completion fish > ~/.config/fish/completions/polder.fish",
            "completes in every fish from now on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String shell = arguments.operand(0);
    Completions completions = new Completions(Catalog.usages());
    caller
        .out()
        .text(
            switch (shell) {
              case "bash" -> completions.bash();
              case "zsh" -> completions.zsh();
              case "fish" -> completions.fish();
              default ->
                  throw new UsageException(
                      "'" + Words.printable(shell) + "' is not known: bash, zsh or fish");
            });
    return Failure.DONE;
  }
}
