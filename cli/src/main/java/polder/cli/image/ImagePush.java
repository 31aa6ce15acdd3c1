package polder.cli.image;

import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.ProgressLine;
import polder.model.Host;
import polder.model.Image;
import polder.model.Json;

/** {@code polder image push}. */
public final class ImagePush implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image push", "send an image to a registry, and print its digest there")
        .text(
            "REFERENCE is where to, with Docker's rules for what is left out; the image's own name"
                + " if absent. What the registry has is not sent. Who you are there is in auth.json"
                + " in Polder's configuration directory.")
        .text("The daemon pushes: it goes on if this command is interrupted.")
        .operand("IMAGE", Operand.Kind.IMAGE)
        .operands("[REGISTRY/]NAME[:TAG]", Operand.Kind.TEXT, 0, 1)
        .example(
            "polder image push app:1 registry.example:5000/team/app:1",
            "sends it to a registry of your own");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String reference = Reference.of(arguments.operand(0));
    String to;
    String digest;
    try (Host host = caller.hosts().connect();
        ProgressLine progress = new ProgressLine(caller.err())) {
      to = arguments.operands().size() > 1 ? arguments.operand(1) : name(host, reference);
      digest = host.images().push(reference, to, progress);
    }
    caller
        .out()
        .line(
            arguments.has("--json")
                ? Json.pretty(Map.of("reference", to, "digest", digest))
                : digest);
    return Failure.DONE;
  }

  private static String name(Host host, String reference) {
    Image image = host.images().get(reference);
    return image.name() + ":" + image.tag();
  }
}
