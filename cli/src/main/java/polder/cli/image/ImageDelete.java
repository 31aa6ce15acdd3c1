package polder.cli.image;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;

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
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String reference : references) {
        try {
          host.images().delete(reference);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(java.util.Map.of("image", reference, "deleted", true)));
          } else {
            caller.tell("deleted " + reference);
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }
}
