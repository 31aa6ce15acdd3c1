package polder.cli.image;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.model.Image;
import polder.model.ImagePruning;
import polder.model.Json;
import polder.model.json.ImageUsageJson;

/** {@code polder image prune}. */
public final class ImagePrune implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image prune", "take away the images that nobody needs")
        .text(
            "Those that have no name any more and that no zone is made from, and layers that broken"
                + " pulls left. What is being pulled, pushed or made into a zone meanwhile stays.")
        .flag("-a --all", "also those that have a name")
        .flag("-n --dry-run", "only tell which")
        .example("polder image prune --dry-run --all", "shows what no zone is made from");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean dryRun = arguments.has("--dry-run");
    ImagePruning pruning = caller.ask(host -> host.images().prune(arguments.has("--all"), dryRun));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(ImageUsageJson.write(pruning)));
      return Failure.DONE;
    }
    for (Image image : pruning.images()) {
      caller.out().line(image.uuid() + "  " + image.name() + ":" + image.tag());
    }
    caller.tell(
        "%s %s, %d layers: %s"
            .formatted(
                dryRun ? "would take away" : "took away",
                count(pruning.images().size()),
                pruning.layers(),
                Amount.bytes(pruning.bytes())));
    return Failure.DONE;
  }

  private static String count(int images) {
    return images == 1 ? "1 image" : images + " images";
  }
}
