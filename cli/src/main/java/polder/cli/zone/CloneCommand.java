package polder.cli.zone;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.JsonInput;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.CloneRequest;
import polder.model.Json;
import polder.model.Patch;
import polder.model.SnapshotRef;
import polder.model.Zone;
import polder.model.ZoneRef;

/** {@code polder clone}. */
public final class CloneCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("clone", "make a zone of another one, and print its uuid")
        .text(
            "It has what the other has on its disk now, or had at a snapshot; of one that runs, as"
                + " it is at one instant. It has a uuid, ids, a host name, a machine id and ssh host"
                + " keys of its own. It is not started.")
        .option(
            "-f --file", "FILE", "where its payload differs, as in update; - for standard input")
        .operand("ZONE[@NAME]", Operand.Kind.SOURCE)
        .operand("ALIAS", Operand.Kind.TEXT)
        .operands("PROPERTY=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder clone web@before web2", "makes a zone of what was")
        .example("polder clone web web3 max_physical_memory=512", "makes one of what is");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    String source = arguments.operand(0);
    Optional<SnapshotRef> snapshot =
        source.contains("@") ? Optional.of(SnapshotRef.of(source)) : Optional.empty();
    ZoneRef from = snapshot.map(SnapshotRef::zone).orElseGet(() -> new ZoneRef(source));
    Map<String, @Nullable Object> changes = new LinkedHashMap<>();
    if (arguments.has("--file")) {
      changes.putAll(JsonInput.read(caller, arguments.value("--file")));
    }
    Assignments.of(arguments.operandsFrom(2), changes);
    changes.put("alias", arguments.operand(1));
    @SuppressWarnings({"NullAway", "unchecked"}) // Patch says that null takes a property away
    Patch patch = new Patch((Map<String, Object>) (Map<String, ?>) changes);
    CloneRequest request = new CloneRequest(snapshot.map(SnapshotRef::name), patch);
    Zone zone = caller.ask(host -> host.zones().clone(from, request));
    caller.out().line(arguments.has("--json") ? Json.pretty(zone.write()) : zone.uuid().toString());
    return Failure.DONE;
  }
}
