package polder.cli.image;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.ImageUsage;
import polder.model.Json;
import polder.model.json.ImageUsageJson;

/** {@code polder image usage}. */
public final class ImageUsageCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image usage", "show what each image takes of the disk")
        .text("Own bytes go with the image; shared ones are in layers that other images have, too.")
        .flag("-p --parsable", "colons between columns, no heading, sizes in bytes")
        .flag("-H --no-heading", "no heading")
        .example("polder image usage", "shows which image takes most");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<ImageUsage> all = caller.ask(host -> host.images().usage());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(all.stream().map(ImageUsageJson::write).toList()));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Table table = new Table(List.of("uuid", "own", "shared", "layers", "used", "names"));
    for (ImageUsage usage : all) {
      table.row(
          usage.uuid().toString(),
          parsable ? String.valueOf(usage.own()) : Amount.bytes(usage.own()),
          parsable ? String.valueOf(usage.shared()) : Amount.bytes(usage.shared()),
          String.valueOf(usage.layers()),
          usage.zones() ? "yes" : "no",
          String.join(",", usage.names()));
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
