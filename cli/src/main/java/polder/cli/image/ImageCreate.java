package polder.cli.image;

import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.ProgressLine;
import polder.model.Host;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.SnapshotRef;
import polder.model.ZoneRef;
import polder.model.json.ImageJson;

/** {@code polder image create}. */
public final class ImageCreate implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image create", "make an image of a zone, and print its uuid")
        .text(
            "What the zone has beyond the image that it was made from is one layer more. How it is"
                + " run, the options say, then the zone's payload, then that image.")
        .text(
            "It has what the zone has on its disk now, or had at a snapshot; one that runs stands"
                + " still for a moment.")
        .text(
            "All is as the zone has it: its machine-id, ssh host keys and logs, too. Remove them"
                + " first if others are to use the image.")
        .option("-n --name", "NAME[:TAG]", "what to call it; as the zone if absent")
        .options("-e --env", "NAME=VALUE", "environment of the zones made from it")
        .option("-w --workdir", "DIR", "where their program runs")
        .option("-u --user", "USER[:GROUP]", "who it runs as")
        .options("-c --cmd", "WORD", "a word of the program that runs if a payload names none")
        .operand("ZONE[@NAME]", Operand.Kind.ZONE)
        .example(
            "polder image create web@before --name app:0",
            "makes an image of what web had at snapshot 'before'")
        .example(
            "polder image create web --name app:1 -c /usr/bin/app",
            "makes an image that runs /usr/bin/app");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String source = arguments.operand(0);
    Optional<SnapshotRef> snapshot =
        source.contains("@") ? Optional.of(SnapshotRef.of(source)) : Optional.empty();
    ZoneRef zone = snapshot.map(SnapshotRef::zone).orElseGet(() -> new ZoneRef(source));
    Image image;
    try (Host host = caller.hosts().connect();
        ProgressLine progress = new ProgressLine(caller.err())) {
      String name = arguments.value("--name").orElseGet(() -> host.zones().get(zone).name());
      ImageRequest named = ImageRequest.of(name);
      ImageRequest request =
          new ImageRequest(named.name(), named.tag(), ConfigOptions.of(arguments));
      image = host.images().create(zone, snapshot.map(SnapshotRef::name), request, progress);
    }
    caller
        .out()
        .line(
            arguments.has("--json")
                ? Json.pretty(ImageJson.write(image))
                : image.uuid().toString());
    return Failure.DONE;
  }
}
