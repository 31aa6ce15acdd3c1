package polder.cli.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.WholeFile;
import polder.cli.view.ProgressLine;
import polder.model.Fault;
import polder.model.Host;
import polder.model.Image;
import polder.model.ImageFormat;
import polder.model.Json;
import polder.model.Type;
import polder.model.json.ImageJson;
import polder.model.json.SmartManifest;

/** {@code polder image export}. */
public final class ImageExport implements Command {
  @Override
  public Usage usage() {
    return Usage.of("image export", "write an image to a file")
        .text(
            "An OCI layout in a tar, as skopeo, podman and polder image import read it; with"
                + " --format docker what docker load reads, with --format rootfs a tar of the files"
                + " alone. An image that came in layers is the same image there.")
        .option("-o --output", "FILE", "where to; - for standard output")
        .option("-f --format", "FORMAT", "oci, docker or rootfs; oci if absent")
        .option(
            "-c --compression",
            "HOW",
            "gzip, zstd or none: of the layers; gzip if absent, none for docker")
        .option(
            "-m --manifest",
            "FILE",
            "SmartOS's manifest of it, imgadm's version 2, goes there; with -o, and a rootfs")
        .operand("IMAGE", Operand.Kind.IMAGE)
        .example("polder image export debian:12 -o debian.tar", "writes an OCI layout")
        .example("polder image export app --format docker -o - | docker load", "hands it to Docker")
        .example(
            "polder image export app -o app.tar.gz -m app.imgmanifest",
            "writes both files of an image of SmartOS");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    String reference = Reference.of(arguments.operand(0));
    ImageFormat format =
        ImageJson.format(
            word(arguments, "--format", ImageJson.KIND),
            word(arguments, "--compression", ImageJson.COMPRESSION));
    String file = arguments.value("--output").orElse("-");
    if (arguments.has("--manifest")) {
      return withManifest(caller, arguments, reference, file);
    }
    if (file.equals("-")) {
      if (caller.out().terminal()) {
        throw new UsageException("standard output is a terminal; give a file with -o");
      }
      export(caller, reference, format, caller.out().stream());
      return Failure.DONE;
    }
    try (WholeFile whole = WholeFile.at(caller.file(file))) {
      export(caller, reference, format, whole.stream());
      whole.finish();
    }
    return Failure.DONE;
  }

  /** Both files of an image of SmartOS; the manifest last, since it speaks of the other. */
  private static int withManifest(Caller caller, Arguments arguments, String reference, String file)
      throws IOException {
    if (file.equals("-")) {
      throw new UsageException("--manifest speaks of a file; give one with -o");
    }
    if (!arguments.value("--format").orElse("rootfs").equals("rootfs")) {
      throw new UsageException("--manifest goes with --format rootfs");
    }
    ImageFormat format =
        ImageJson.format(
            Optional.of("rootfs"), word(arguments, "--compression", ImageJson.COMPRESSION));
    var _ = new SmartManifest.File("", 0, format.compressed()); // before anything is written
    Image image = caller.ask(host -> host.images().get(reference));
    try (WholeFile whole = WholeFile.at(caller.file(file));
        WholeFile manifest =
            WholeFile.at(caller.file(arguments.value("--manifest").orElseThrow()))) {
      Sha1Stream out = new Sha1Stream(whole.stream());
      export(caller, reference, format, out);
      SmartManifest.File written =
          new SmartManifest.File(out.sha1(), out.size(), format.compressed());
      String text = Json.pretty(SmartManifest.write(image, written)) + "\n";
      manifest.stream().write(text.getBytes(StandardCharsets.UTF_8));
      whole.finish();
      manifest.finish();
    }
    return Failure.DONE;
  }

  private static void export(
      Caller caller, String reference, ImageFormat format, OutputStream out) {
    try (Host host = caller.hosts().connect();
        ProgressLine progress = new ProgressLine(caller.err())) {
      host.images().export(reference, format, out, progress);
    }
  }

  private static Optional<String> word(Arguments arguments, String option, Type<String> type) {
    Optional<String> word = arguments.value(option);
    List<Fault> faults = new ArrayList<>();
    word.ifPresent(text -> type.read(text, option, faults));
    if (!faults.isEmpty()) {
      throw new UsageException(faults.get(0).sentence());
    }
    return word;
  }
}
