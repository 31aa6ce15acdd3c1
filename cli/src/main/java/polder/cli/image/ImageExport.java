package polder.cli.image;

import java.io.IOException;
import java.io.OutputStream;
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
import polder.model.ImageFormat;
import polder.model.Type;
import polder.model.json.ImageJson;

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
        .operand("IMAGE", Operand.Kind.IMAGE)
        .example("polder image export debian:12 -o debian.tar", "writes an OCI layout")
        .example(
            "polder image export app --format docker -o - | docker load", "hands it to Docker");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    String reference = Reference.of(arguments.operand(0));
    ImageFormat format =
        ImageJson.format(
            word(arguments, "--format", ImageJson.KIND),
            word(arguments, "--compression", ImageJson.COMPRESSION));
    String file = arguments.value("--output").orElse("-");
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
