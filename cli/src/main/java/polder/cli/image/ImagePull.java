package polder.cli.image;

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
import polder.model.json.ImageJson;

/** {@code polder image pull}. */
public final class ImagePull implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image pull", "fetch images from their registries, and print their uuids")
        .text(
            "Names are as Docker reads them: debian is docker.io/library/debian:latest. Layers that"
                + " are here already are not fetched. Who you are at a registry is in auth.json, and"
                + " what is to be said of registries in registries.json, both in Polder's"
                + " configuration directory.")
        .text("The daemon pulls: it goes on if this command is interrupted.")
        .operands("[REGISTRY/]NAME[:TAG][@DIGEST]", Operand.Kind.TEXT, 1, Integer.MAX_VALUE)
        .example("polder image pull debian:12", "fetches it from Docker Hub")
        .example(
            "polder image pull registry.example:5000/team/app@sha256:…",
            "fetches exactly that one, from a registry of your own");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    try (Host host = caller.hosts().connect()) {
      for (String reference : arguments.operands()) {
        Image image = pull(caller, host, reference);
        caller
            .out()
            .line(
                arguments.has("--json")
                    ? Json.pretty(ImageJson.write(image))
                    : image.uuid().toString());
      }
    }
    return Failure.DONE;
  }

  /** Fetches one, and shows how far it is on a terminal. */
  public static Image pull(Caller caller, Host host, String reference) {
    try (ProgressLine progress = new ProgressLine(caller.err())) {
      return host.images().pull(reference, progress);
    }
  }
}
