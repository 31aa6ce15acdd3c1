package polder.cli.vm;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Guests;

/** {@code polder vm reset}. */
public final class VmReset implements Command {
  @Override
  public Usage usage() {
    return Usage.of("vm reset", "press the reset button of vms")
        .text(
            "The guest is not asked: what it has not written to its disks is lost. To ask it, use polder reboot.")
        .operands("VM", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder vm reset server", "begins anew with a guest that hangs");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachMachine.press(caller, arguments, "reset", Guests::reset);
  }
}
