package polder.cli.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.JsonInput;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.view.ProgressLine;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.json.ImageJson;
import polder.model.json.SmartManifest;

/** {@code polder image import}. */
public final class ImageImport implements Command {
  @Override
  public Usage usage() {
    return Usage.of(
            "image import", "take in a userland or an image in a file, and print the image's uuid")
        .text(
            "A root file system tarball, plain, gzip, xz or zstd; an OCI layout in a tar, or what"
                + " docker save writes; an image of Incus or LXC; or a directory, a userland or an OCI layout, which"
                + " tar(1) reads as you. The same content again gets one more name.")
        .option("-n --name", "NAME[:TAG]", "what to call it; the file's name if absent")
        .option("-m --manifest", "FILE", "what SmartOS's manifest says of it, imgadm's version 2")
        .option("--rootfs", "FILE", "the userland of a split image of Incus; FILE is its metadata")
        .options("-e --env", "NAME=VALUE", "environment of the zones made from it")
        .option("-w --workdir", "DIR", "where their program runs")
        .option("-u --user", "USER[:GROUP]", "who it runs as")
        .options("-c --cmd", "WORD", "a word of the program that runs if a payload names none")
        .operand("FILE", Operand.Kind.FILE)
        .example(
            "polder image import --name debian:12 debian.tar.zst",
            "makes a userland to start zones from")
        .example(
            "mmdebstrap --variant=minbase trixie - | polder image import -n debian:13 -",
            "takes it from a pipe")
        .example(
            "polder image import -n alpine:3.20 incus.tar.xz --rootfs rootfs.tar.xz",
            "takes both files of an image of Incus")
        .example("polder image import -n mine:1 ./rootfs", "takes what a directory has");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    String file = arguments.operand(0);
    boolean pipe = file.equals("-");
    if (pipe && caller.inTerminal()) {
      throw new UsageException("standard input is a terminal; give a file or a pipe");
    }
    if (pipe && arguments.value("--name").isEmpty() && !arguments.has("--manifest")) {
      throw new UsageException("missing --name: a pipe has none");
    }
    Image image = take(caller, arguments, file, request(caller, arguments));
    caller
        .out()
        .line(
            arguments.has("--json")
                ? Json.pretty(ImageJson.write(image))
                : image.uuid().toString());
    return Failure.DONE;
  }

  /** What is said on the command line, and of what it is silent as the manifest says. */
  private static ImageRequest request(Caller caller, Arguments arguments) throws IOException {
    Optional<String> manifest = arguments.value("--manifest");
    String file = arguments.operand(0);
    ImageRequest said =
        manifest.isPresent()
            ? SmartManifest.read(JsonInput.read(caller, manifest))
            : ImageRequest.of(arguments.value("--name").orElseGet(() -> nameOf(file)));
    ImageRequest name = arguments.value("--name").map(ImageRequest::of).orElse(said);
    return new ImageRequest(
        name.name(), name.tag(), ConfigOptions.of(arguments), said.about(), said.sha1());
  }

  private static Image take(Caller caller, Arguments arguments, String file, ImageRequest request)
      throws IOException {
    boolean pipe = file.equals("-");
    Optional<String> root = arguments.value("--rootfs");
    if (root.isPresent()) {
      if (pipe || arguments.has("--manifest")) {
        throw new UsageException(
            "--rootfs goes with a file, an image's metadata, and nothing else");
      }
      try (InputStream both = SplitArchive.of(caller.file(file), caller.file(root.get()));
          ProgressLine progress = new ProgressLine(caller.err())) {
        InputStream archive = new BufferedInputStream(both, 1 << 17);
        return caller.ask(host -> host.images().importTarball(archive, request, progress));
      }
    }
    if (!pipe && Files.isDirectory(caller.file(file))) {
      try (ChildOutput tar = FromChild.directory(caller.file(file));
          ProgressLine progress = new ProgressLine(caller.err())) {
        return FromChild.take(caller, tar, request, progress);
      }
    }
    try (InputStream in = pipe ? caller.in() : Files.newInputStream(caller.file(file));
        ProgressLine progress = new ProgressLine(caller.err())) {
      InputStream tarball = new BufferedInputStream(in, 1 << 17);
      return caller.ask(host -> host.images().importTarball(tarball, request, progress));
    }
  }

  /** {@code /tmp/Debian_12.tar.zst} is called {@code debian-12}. */
  static String nameOf(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(java.util.Locale.ROOT);
    name = name.replaceFirst("\\.(tgz|txz|tzst|tar(\\.(gz|xz|zst))?)$", "");
    name = name.replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    if (name.isEmpty()) {
      throw new UsageException("missing --name: '" + Words.printable(file) + "' gives none");
    }
    return name;
  }
}
