package polder.cli.image;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;

/** {@code polder image delete}. */
public final class ImageDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image delete", "take images away")
        .text("An image that a zone is made from is refused.")
        .operands("IMAGE", Operand.Kind.IMAGE, 1, Integer.MAX_VALUE)
        .example("polder image delete debian:11", "gives its room back");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<String> references = arguments.operands().stream().map(Reference::of).toList();
    return Each.delete(
        caller, arguments, "image", references, (host, image) -> host.images().delete(image));
  }
}
