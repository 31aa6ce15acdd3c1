package polder.cli.image;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Filter;
import polder.cli.view.Order;
import polder.cli.view.Table;
import polder.cli.view.Tree;
import polder.cli.view.Width;
import polder.model.Json;

/** {@code polder image list}. */
public final class ImageList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image list", "list the images that zones are made from")
        .flag("-p --parsable", "colons between columns, no heading, sizes in bytes")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "uuids only")
        .option("-o --output", "FIELD,…", "columns: fields, such as version, origin or config.user")
        .option("-s --sort", "FIELD,…", "order; '-' before a field for downwards")
        .operands("FIELD=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder image list name=debian", "lists all versions of one image");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Filter> filters = Filter.all(arguments.operands());
    List<String> columns =
        ImageColumns.of(arguments.value("--output").orElse(ImageColumns.DEFAULT));
    List<String> order = List.of(arguments.value("--sort").orElse("name,tag").split(",", -1));
    List<Map<String, Object>> images =
        caller.ask(host -> host.images().list()).stream()
            .map(ImageColumns::tree)
            .filter(tree -> filters.stream().allMatch(filter -> filter.matches(tree)))
            .sorted(Order.of(order))
            .toList();
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(images));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      images.forEach(image -> caller.out().line(Tree.text(image, "uuid")));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Table table = new Table(columns);
    for (Map<String, Object> image : images) {
      table.row(
          columns.stream()
              .map(column -> ImageColumns.cell(image, column, parsable))
              .toArray(String[]::new));
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
