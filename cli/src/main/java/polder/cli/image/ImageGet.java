package polder.cli.image;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Image;
import polder.model.Json;
import polder.model.json.ImageJson;

/** {@code polder image get}. */
public final class ImageGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image get", "show an image as JSON")
        .operand("IMAGE", Operand.Kind.IMAGE)
        .example("polder image get debian:12", "shows its digest, size and how it is run");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String reference = Reference.of(arguments.operand(0));
    Image image = caller.ask(host -> host.images().get(reference));
    caller.out().line(Json.pretty(ImageJson.write(image)));
    return Failure.DONE;
  }
}
