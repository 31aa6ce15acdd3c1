package polder.cli.transfer;

import java.io.IOException;
import java.io.InputStream;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.ProgressLine;
import polder.model.Json;
import polder.model.ReceiveRequest;
import polder.model.Zone;
import polder.model.json.ZoneJson;

/** {@code polder receive}. */
public final class ReceiveCommand implements Command {
  @Override
  public Usage usage() {
    return options(
            Usage.of("receive", "take in a zone that 'polder send' writes, and print its uuid")
                .text(
                    "It is not started. A stream that is cut off or damaged leaves nothing behind."
                        + " What was sent since a snapshot goes to the zone that has it."))
        .example("ssh other polder send web | polder receive", "fetches a zone")
        .example("polder receive --as web2 < web.stream", "makes one more of it");
  }

  static Usage options(Usage usage) {
    return usage
        .option("--as", "ALIAS", "as a zone of its own, with that alias and a new uuid")
        .option("--pool", "POOL", "where its disk is to lie")
        .flag("-f --force", "what was changed here since the stream's beginning is lost");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    if (caller.inTerminal()) {
      throw new UsageException("standard input is a terminal; give a pipe or a file");
    }
    return take(caller, arguments, caller.in());
  }

  static int take(Caller caller, Arguments arguments, InputStream from) {
    ReceiveRequest request = Requests.receive(arguments);
    Zone zone;
    try (ProgressLine progress = new ProgressLine(caller.err())) {
      zone = caller.ask(host -> host.transfers().receive(from, request, progress));
    }
    caller
        .out()
        .line(arguments.has("--json") ? Json.pretty(ZoneJson.write(zone)) : zone.uuid().toString());
    return Failure.DONE;
  }
}
