package polder.cli.image;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Filter;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Image;
import polder.model.Json;
import polder.model.json.ImageJson;

/** {@code polder image list}. */
public final class ImageList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image list", "list the images that zones are made from")
        .flag("-p --parsable", "colons between columns, no heading, sizes in bytes")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "uuids only")
        .operands("FIELD=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder image list name=debian", "lists all versions of one image");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Filter> filters = Filter.all(arguments.operands());
    List<Image> images =
        caller.ask(host -> host.images().list()).stream()
            .filter(
                image -> {
                  Map<String, Object> tree = ImageJson.write(image);
                  return filters.stream().allMatch(filter -> filter.matches(tree));
                })
            .toList();
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(images.stream().map(ImageJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      images.forEach(image -> caller.out().line(image.uuid().toString()));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Table table = new Table(List.of("uuid", "name", "tag", "arch", "size", "imported"));
    for (Image image : images) {
      table.row(
          image.uuid().toString(),
          image.name(),
          image.tag(),
          image.arch(),
          parsable ? String.valueOf(image.size()) : Amount.bytes(image.size()),
          image.imported().toString());
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
