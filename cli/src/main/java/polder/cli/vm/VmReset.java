package polder.cli.vm;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ZoneRef;

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
    List<ZoneRef> vms = arguments.operands().stream().map(ZoneRef::new).toList();
    return Each.of(
        caller,
        arguments,
        vms,
        vm -> "reset " + vm.text(),
        (host, vm) -> {
          host.guests().reset(vm);
          return Map.of("zone", vm.text(), "reset", true);
        });
  }
}
