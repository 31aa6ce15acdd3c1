package polder.cli.volume;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Json;
import polder.model.Volume;
import polder.model.json.VolumeJson;

/** {@code polder volume list}. */
public final class VolumeList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume list", "list the volumes that zones attach")
        .flag("-p --parsable", "colons between columns, no heading, sizes in bytes")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "names only")
        .example("polder volume list", "shows what each has, and which zones attach it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Volume> volumes = caller.ask(host -> host.volumes().list());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(volumes.stream().map(VolumeJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      volumes.forEach(volume -> caller.out().line(volume.name()));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Table table = new Table(List.of("name", "pool", "quota", "used", "state", "zones"));
    for (Volume volume : volumes) {
      table.row(
          volume.name(),
          volume.pool(),
          parsable ? String.valueOf(volume.quota()) : quota(volume.quota()),
          parsable ? String.valueOf(volume.used()) : Amount.bytes(volume.used()),
          volume.problem().isPresent() ? "missing" : "online",
          volume.zones().isEmpty() ? "-" : String.join(",", volume.zones()));
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }

  private static String quota(long bytes) {
    return bytes == 0 ? "none" : Amount.bytes(bytes);
  }
}
