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
    List<ZoneRef> vms = arguments.operands().stream().map(ZoneRef::new).toList();
    return Each.of(
        caller,
        arguments,
        vms,
        vm -> "interrupted " + vm.text(),
        (host, vm) -> {
          host.guests().nmi(vm);
          return Map.of("zone", vm.text(), "interrupted", true);
        });
  }
}
