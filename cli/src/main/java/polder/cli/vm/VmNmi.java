package polder.cli.vm;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Guests;

/** {@code polder vm nmi}. */
public final class VmNmi implements Command {
  @Override
  public Usage usage() {
    return Usage.of("vm nmi", "send vms an interrupt that cannot be masked")
        .text(
            "Many kernels write down their state on it, or stop in a debugger; Linux does if told by sysctl.")
        .operands("VM", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder vm nmi server", "has a kernel that hangs tell where");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachMachine.press(caller, arguments, "interrupted", Guests::nmi);
  }
}
