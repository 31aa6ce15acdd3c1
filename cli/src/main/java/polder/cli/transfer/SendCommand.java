package polder.cli.transfer;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.ProgressLine;
import polder.model.ResumeToken;

/** {@code polder send}. */
public final class SendCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("send", "write a zone to standard output, for 'polder receive' elsewhere")
        .text(
            "Its payload and its disk, as they were at a snapshot; without @NAME one is taken now,"
                + " and stays. The zone may run.")
        .text(
            "With --resume, what is missing of a stream that broke off: the token is what 'polder"
                + " receive --list' shows where the first of it was received.")
        .option("--since", "SNAPSHOT", "only what has changed since this one, which the other has")
        .flag("--history", "all snapshots up to that one too")
        .flag("--without-image", "not what is as in its image, which the other must have")
        .flag("-z --zstd", "compressed")
        .option("--resume", "TOKEN", "the rest of a stream that broke off; no ZONE then")
        .operands("ZONE[@NAME]", Operand.Kind.ZONE, 0, 1)
        .example("polder send web | ssh other polder receive", "makes the zone on another machine")
        .example(
            "polder send web@tue --since mon | ssh other polder receive",
            "brings it up to date there")
        .example(
            "polder send --resume \"$TOKEN\" | ssh other polder receive",
            "goes on where it broke off");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    if (caller.out().terminal()) {
      throw new UsageException("standard output is a terminal; give a pipe or a file");
    }
    if (arguments.has("--resume")) {
      resume(caller, arguments);
    } else if (arguments.operands().isEmpty()) {
      throw new UsageException("missing ZONE[@NAME]: " + usage().synopsis());
    } else {
      send(caller, arguments);
    }
    caller.out().flush();
    return Failure.DONE;
  }

  private static void send(Caller caller, Arguments arguments) {
    var request = Requests.send(arguments, arguments.has("--history"), arguments.has("--zstd"));
    try (ProgressLine progress = new ProgressLine(caller.err())) {
      caller.ask(
          host -> {
            host.transfers().send(request, caller.out().stream(), progress);
            return request;
          });
    }
  }

  private static void resume(Caller caller, Arguments arguments) {
    boolean more =
        List.of("--since", "--history", "--without-image").stream().anyMatch(arguments::has);
    if (more || !arguments.operands().isEmpty()) {
      throw new UsageException("the token says what is sent: leave the zone and its options out");
    }
    ResumeToken token = ResumeToken.parse(arguments.value("--resume").orElseThrow());
    try (ProgressLine progress = new ProgressLine(caller.err())) {
      caller.ask(
          host -> {
            host.transfers()
                .resume(token, arguments.has("--zstd"), caller.out().stream(), progress);
            return token;
          });
    }
  }
}
