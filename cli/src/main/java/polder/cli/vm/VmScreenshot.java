package polder.cli.vm;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.WholeFile;
import polder.model.Host;
import polder.model.Json;
import polder.model.ZoneRef;

/** {@code polder vm screenshot}. */
public final class VmScreenshot implements Command {
  @Override
  public Usage usage() {
    return Usage.of("vm screenshot", "write what is on a vm's screen to a file, as PNG")
        .text("The vm needs a screen: \"vga\": \"std\" in its payload.")
        .option("-o --output", "FILE", "where to; - for standard output")
        .operand("VM", Operand.Kind.ZONE)
        .example("polder vm screenshot server -o screen.png", "shows where an installer stands");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    ZoneRef vm = new ZoneRef(arguments.operand(0));
    String file = arguments.value("--output").orElse("-");
    if (file.equals("-")) {
      if (caller.out().terminal()) {
        throw new UsageException("standard output is a terminal; give a file with -o");
      }
      take(caller, vm, caller.out().stream());
      return Failure.DONE;
    }
    try (WholeFile whole = WholeFile.at(caller.file(file))) {
      take(caller, vm, whole.stream());
      whole.finish();
    }
    if (arguments.has("--json")) {
      caller.out().line(Json.write(Map.of("zone", vm.text(), "file", file)));
    } else {
      caller.tell("wrote " + file);
    }
    return Failure.DONE;
  }

  private static void take(Caller caller, ZoneRef vm, OutputStream out) {
    try (Host host = caller.hosts().connect()) {
      host.guests().screenshot(vm, out);
    }
  }
}
