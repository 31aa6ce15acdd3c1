package polder.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Output;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.page.HelpPage;
import polder.model.Nearest;
import polder.model.PolderException;

/** Finds the command that the words ask for, and turns its failure into a sentence and a code. */
final class Dispatcher {
  /** What a shell tells of a program that nobody reads any more: 128 + SIGPIPE. */
  private static final int CLOSED = 141;

  private final Caller caller;

  Dispatcher(Caller caller) {
    this.caller = caller;
  }

  /** Does what the words ask. Never throws; the exit code. */
  int run(List<String> words) {
    int code;
    try {
      code = dispatch(words);
      caller.out().flush();
    } catch (Output.Closed e) {
      return CLOSED;
    }
    try {
      caller.err().flush();
    } catch (Output.Closed e) {
      return code; // nobody wants to hear of it
    }
    return code;
  }

  private int dispatch(List<String> words) {
    List<String> rest = new ArrayList<>(words);
    List<String> everywhere = new ArrayList<>();
    while (!rest.isEmpty() && (rest.getFirst().equals("-j") || rest.getFirst().equals("--json"))) {
      everywhere.add(rest.removeFirst());
    }
    if (rest.isEmpty() || rest.getFirst().equals("--help") || rest.getFirst().equals("-h")) {
      Output to = rest.isEmpty() ? caller.err() : caller.out();
      to.text(HelpPage.overview(Catalog.usages(), caller.colour(to)));
      return rest.isEmpty() ? Failure.USAGE : Failure.DONE;
    }
    String name = rest.removeFirst();
    if (name.equals("--version")) {
      name = "version";
    }
    if (Catalog.GROUPS.contains(name)) {
      if (rest.isEmpty() || rest.getFirst().startsWith("-")) {
        return group(name, rest);
      }
      name = name + " " + rest.removeFirst();
    }
    if (Catalog.asksHost(name)) {
      caller.hosts().prepare();
    }
    @Nullable Command command = Catalog.find(name);
    if (command == null) {
      Failure.tell(
          caller,
          new UsageException(
              "'"
                  + Words.printable(name)
                  + "' is no command; did you mean '"
                  + Nearest.of(name, Catalog.NAMES)
                  + "'? See polder help"));
      return Failure.USAGE;
    }
    everywhere.addAll(rest);
    return run(command, everywhere);
  }

  private int group(String name, List<String> rest) {
    boolean asked = !rest.isEmpty() && (rest.contains("--help") || rest.contains("-h"));
    Output to = asked ? caller.out() : caller.err();
    List<Usage> usages =
        Catalog.usages().stream().filter(u -> u.name().startsWith(name + " ")).toList();
    to.text(HelpPage.overview(usages, caller.colour(to)));
    return asked ? Failure.DONE : Failure.USAGE;
  }

  private int run(Command command, List<String> words) {
    try {
      Usage usage = command.usage();
      Arguments arguments = Arguments.parse(usage, words);
      if (arguments.has("--help")) {
        boolean colour = caller.colour(caller.out());
        caller.out().text(HelpPage.of(usage, Catalog.aliases(usage.name()), colour));
        return Failure.DONE;
      }
      return command.run(caller, arguments);
    } catch (UsageException e) {
      Failure.tell(caller, e);
      return command.failureCode(true);
    } catch (PolderException | IOException e) {
      Failure.tell(caller, e);
      return command.failureCode(false);
    } catch (Output.Closed e) {
      throw e;
    } catch (RuntimeException | Error e) {
      Failure.tell(caller, e); // a defect; the sentence says so, POLDER_LOG=debug where
      return command.failureCode(false);
    }
  }
}
