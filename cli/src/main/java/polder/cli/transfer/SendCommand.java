package polder.cli.transfer;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.ProgressLine;

/** {@code polder send}. */
public final class SendCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("send", "write a zone to standard output, for 'polder receive' elsewhere")
        .text(
            "Its payload and its disk, as they were at a snapshot; without @NAME one is taken now,"
                + " and stays. The zone may run.")
        .option("--since", "SNAPSHOT", "only what has changed since this one, which the other has")
        .flag("--history", "all snapshots up to that one too")
        .flag("--without-image", "not what is as in its image, which the other must have")
        .flag("-z --zstd", "compressed")
        .operand("ZONE[@NAME]", Operand.Kind.ZONE)
        .example("polder send web | ssh other polder receive", "makes the zone on another machine")
        .example(
            "polder send web@tue --since mon | ssh other polder receive",
            "brings it up to date there");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    if (caller.out().terminal()) {
      throw new UsageException("standard output is a terminal; give a pipe or a file");
    }
    try (ProgressLine progress = new ProgressLine(caller.err())) {
      var request = Requests.send(arguments, arguments.has("--history"), arguments.has("--zstd"));
      caller.ask(
          host -> {
            host.transfers().send(request, caller.out().stream(), progress);
            return request;
          });
    }
    caller.out().flush();
    return Failure.DONE;
  }
}
