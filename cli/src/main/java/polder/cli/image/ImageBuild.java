package polder.cli.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.view.ProgressLine;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.Progress;
import polder.model.json.ImageJson;

/** {@code polder image build}. */
public final class ImageBuild implements Command {
  private static final Pattern SUITE = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final Pattern PACKAGES =
      Pattern.compile("[a-z0-9][a-z0-9+.:-]{0,127}(,[a-z0-9][a-z0-9+.:-]{0,127}){0,500}");
  private static final Pattern MIRROR = Pattern.compile("[a-z+]{2,10}:/[!-~]{1,500}");
  private static final Pattern VARIANT = Pattern.compile("[a-z]{3,20}");

  @Override
  public Usage usage() {
    return Usage.of("image build", "make an image of a Debian or Ubuntu release from its packages")
        .text(
            "mmdebstrap(1) makes it, here and as you: the daemon gets the finished userland. As"
                + " another user than root it needs unprivileged user namespaces and a range in"
                + " /etc/subuid.")
        .option("-n --name", "NAME[:TAG]", "what to call it; DISTRIBUTION:SUITE if absent")
        .option("--include", "PACKAGE,…", "packages beside those of the variant")
        .option("--variant", "VARIANT", "minbase if absent; essential, apt, important, standard …")
        .option("--mirror", "URL", "where the packages are; the distribution's own if absent")
        .operand("DISTRIBUTION:SUITE", Operand.Kind.TEXT)
        .example("polder image build debian:bookworm", "makes a minimal Debian 12")
        .example(
            "polder image build --include openssh-server,curl ubuntu:noble",
            "puts more packages into it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    String[] what = arguments.operand(0).split(":", -1);
    if (what.length != 2 || !SUITE.matcher(what[0]).matches()) {
      throw new UsageException(
          "'%s' is no release: write it as debian:bookworm"
              .formatted(Words.printable(arguments.operand(0))));
    }
    List<String> command = command(arguments, what[1]);
    ImageRequest name = ImageRequest.of(arguments.value("--name").orElse(arguments.operand(0)));
    ImageRequest request = new ImageRequest(name.name(), name.tag(), shell());
    try (ProgressLine line = new ProgressLine(caller.err())) {
      Stage stage = new Stage(line);
      try (ChildOutput child =
          ChildOutput.of(command, "install the package mmdebstrap", stage::told)) {
        var image = FromChild.take(caller, child, request, stage);
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

  private static List<String> command(Arguments arguments, String suite) {
    List<String> command = new ArrayList<>(List.of("mmdebstrap", "--format=tar"));
    command.add("--variant=" + fitting(arguments.value("--variant").orElse("minbase"), VARIANT));
    arguments
        .value("--include")
        .ifPresent(all -> command.add("--include=" + fitting(all, PACKAGES)));
    command.add(fitting(suite, SUITE));
    command.add("-"); // the tarball, to standard output
    arguments.value("--mirror").ifPresent(url -> command.add(fitting(url, MIRROR)));
    return command;
  }

  /** None of its words may be taken for an option by mmdebstrap, or for a line of sources.list. */
  private static String fitting(String word, Pattern pattern) {
    if (!pattern.matcher(word).matches()) {
      throw new UsageException("'" + Words.printable(word) + "' cannot be given to mmdebstrap");
    }
    return word;
  }

  private static ImageConfig shell() {
    return new ImageConfig(
        List.of(),
        List.of("/bin/bash"),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  /** What mmdebstrap does, and after it what becomes of the tarball: one line, two who tell. */
  private static final class Stage implements Progress {
    private final ProgressLine line;

    Stage(ProgressLine line) {
      this.line = line;
    }

    synchronized void told(String text) {
      line.report(text, 0, -1);
    }

    @Override
    public synchronized void report(String what, long done, long total) {
      line.report(what, done, total);
    }
  }
}
