package polder.cli.image;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.json.ImageJson;

/** {@code polder image tag}. */
public final class ImageTag implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image tag", "give an image one more name")
        .text("The name is taken from the image that has it.")
        .operand("IMAGE", Operand.Kind.IMAGE)
        .operand("NAME[:TAG]", Operand.Kind.TEXT)
        .example("polder image tag debian:12 base:stable", "both names mean the same image");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String reference = Reference.of(arguments.operand(0));
    ImageRequest name = ImageRequest.of(arguments.operand(1));
    Image image = caller.ask(host -> host.images().tag(reference, name.name() + ":" + name.tag()));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(ImageJson.write(image)));
    } else {
      caller.tell("tagged " + name.name() + ":" + name.tag());
    }
    return Failure.DONE;
  }
}
