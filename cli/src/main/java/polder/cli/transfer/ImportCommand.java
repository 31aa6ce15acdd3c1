package polder.cli.transfer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;

/** {@code polder import}. */
public final class ImportCommand implements Command {
  @Override
  public Usage usage() {
    return ReceiveCommand.options(
            Usage.of("import", "take in a zone that 'polder export' wrote, and print its uuid"))
        .operand("FILE", Operand.Kind.FILE)
        .example("polder import web.polder", "makes the zone as it was")
        .example("polder import --as web2 --pool fast web.polder", "as another one, in a pool");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    try (InputStream file =
        new BufferedInputStream(Files.newInputStream(caller.file(arguments.operand(0))), 1 << 17)) {
      return ReceiveCommand.take(caller, arguments, file);
    }
  }
}
