package polder.cli.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.ProgressLine;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** {@code polder export}. */
public final class ExportCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("export", "write a zone to a file, for 'polder import' anywhere")
        .text(
            "One file, compressed with zstd: payload and disk, as they were at a snapshot; without"
                + " @NAME one is taken now, and stays. The file appears when it is whole.")
        .option("-o --output", "FILE", "where; it must not be there yet")
        .flag("--history", "all snapshots up to that one too")
        .flag("--without-image", "not what is as in its image, which the other must have")
        .operand("ZONE[@NAME]", Operand.Kind.ZONE)
        .example("polder export web -o web.polder", "puts the zone into a file")
        .example("polder export web@mon --history -o web.polder", "with all snapshots up to mon");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    String named =
        arguments
            .value("--output")
            .orElseThrow(() -> new UsageException("missing --output: say which file"));
    Path file = caller.file(named).toAbsolutePath();
    if (Files.exists(file)) {
      throw new PolderException(
          ErrorKind.EXISTS, "'%s' is there already; choose another file".formatted(named));
    }
    Path folder = Objects.requireNonNullElse(file.getParent(), file);
    Path draft = Files.createTempFile(folder, ".polder-export-", "");
    try {
      var request = Requests.send(arguments, arguments.has("--history"), true);
      try (OutputStream to = Files.newOutputStream(draft);
          ProgressLine progress = new ProgressLine(caller.err())) {
        caller.ask(
            host -> {
              host.transfers().send(request, to, progress);
              return request;
            });
      }
      try (FileChannel written = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
    return Failure.DONE;
  }
}
