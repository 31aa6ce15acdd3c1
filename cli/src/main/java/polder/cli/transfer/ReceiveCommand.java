package polder.cli.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
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
                    "It is not started. A stream that is cut off or damaged makes no zone. What was"
                        + " sent since a snapshot goes to the zone that has it.")
                .text(
                    "With --resumable, what came of a stream that breaks off is kept in the pool,"
                        + " for a week after the last of it came; --list shows the token with which"
                        + " 'polder send --resume' goes on. What that writes is received as any"
                        + " stream, and the rest of it kept too."))
        .flag("--resumable", "keep what came, if the stream breaks off")
        .flag("--list", "list what is kept of streams that broke off, and receive nothing")
        .option("--abort", "ID", "give up what is kept of one, and receive nothing")
        .example("ssh other polder send web | polder receive", "fetches a zone")
        .example("polder receive --as web2 < web.stream", "makes one more of it")
        .example("ssh other polder send web | polder receive --resumable", "may break off")
        .example("polder receive --list", "shows what did, how much came, and the token")
        .example("polder receive --abort 6d1f6ce0-1c5f-4d0e-9d0c-0a3f3f1d2b11", "gives it up");
  }

  static Usage options(Usage usage) {
    return usage
        .option("--as", "ALIAS", "as a zone of its own, with that alias and a new uuid")
        .option("--pool", "POOL", "where its disk is to lie")
        .flag("-f --force", "what was changed here since the stream's beginning is lost");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    if (arguments.has("--list")) {
      return PartialsTable.show(caller, arguments);
    }
    if (arguments.has("--abort")) {
      UUID id = id(arguments.value("--abort").orElseThrow());
      caller.ask(
          host -> {
            host.transfers().abort(id);
            return id;
          });
      return Failure.DONE;
    }
    if (caller.inTerminal()) {
      throw new UsageException("standard input is a terminal; give a pipe or a file");
    }
    return take(caller, arguments, caller.in());
  }

  private static UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--abort takes an id as 'polder receive --list' shows it");
    }
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
