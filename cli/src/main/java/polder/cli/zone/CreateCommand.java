package polder.cli.zone;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.JsonInput;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Zone;
import polder.model.ZoneSpec;

/** {@code polder create}. */
public final class CreateCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("create", "make a zone from a payload, and print its uuid")
        .text(
            "The payload is a JSON object; 'polder schema' tells all it may hold. PROPERTY=VALUE"
                + " comes before what the file says. The zone is not started.")
        .option("-f --file", "FILE", "the payload; - or nothing for standard input")
        .flag("-n --dry-run", "print the steps and do nothing")
        .operands("PROPERTY=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder create -f examples/web.json", "makes the zone that the file describes")
        .example(
            "echo '{\"brand\": \"native\"}' | polder create alias=one",
            "makes a zone from a pipe and a word");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    Map<String, Object> payload =
        new LinkedHashMap<>(JsonInput.read(caller, arguments.value("--file")));
    Assignments.of(arguments.operands(), payload);
    ZoneSpec spec = ZoneSpec.read(payload);
    if (arguments.has("--dry-run")) {
      List<String> plan = caller.ask(host -> host.zones().plan(spec));
      if (arguments.has("--json")) {
        caller.out().line(Json.pretty(plan));
      } else {
        plan.forEach(caller.out()::line);
      }
      return Failure.DONE;
    }
    Zone zone = caller.ask(host -> host.zones().create(spec));
    caller.out().line(arguments.has("--json") ? Json.pretty(zone.write()) : zone.uuid().toString());
    return Failure.DONE;
  }
}
