package polder.cli.zone;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Patch;
import polder.model.Zone;
import polder.model.ZoneRef;

/** {@code polder undelete}. */
public final class UndeleteCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("undelete", "bring back a zone that was deleted and kept, and print its uuid")
        .text(
            "It has its uuid, its files, its volumes and its snapshots, and is down. If another"
                + " zone has its name by now, or what else its payload says, such as an address,"
                + " it is refused: say what it is to have instead.")
        .option("-n --name", "NAME", "what it is to be called, if not as before")
        .operand("ZONE", Operand.Kind.DELETED)
        .operands("PROPERTY=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder undelete web", "brings it back as it was")
        .example(
            "polder undelete web --name web-old 'nics=[{\"nic_tag\": \"default\"}]'",
            "beside the zone that has its name and address by now");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef named = new ZoneRef(arguments.operand(0));
    Map<String, @Nullable Object> changes = new LinkedHashMap<>();
    Assignments.of(arguments.operandsFrom(1), changes);
    arguments.value("--name").ifPresent(name -> changes.put("alias", name));
    @SuppressWarnings({"NullAway", "unchecked"}) // Patch says that null takes a property away
    Patch patch = new Patch((Map<String, Object>) (Map<String, ?>) changes);
    Zone zone = caller.ask(host -> host.deleted().undelete(named, patch));
    caller.out().line(arguments.has("--json") ? Json.pretty(zone.write()) : zone.uuid().toString());
    return Failure.DONE;
  }
}
