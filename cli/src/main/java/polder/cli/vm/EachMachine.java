package polder.cli.vm;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Each;
import polder.model.Guests;
import polder.model.ZoneRef;

/** Presses a button of several machines, one after the other, whatever becomes of each. */
final class EachMachine {
  private EachMachine() {}

  static int press(
      Caller caller, Arguments arguments, String done, BiConsumer<Guests, ZoneRef> button) {
    List<ZoneRef> vms = arguments.operands().stream().map(ZoneRef::new).toList();
    return Each.of(
        caller,
        arguments,
        vms,
        vm -> done + " " + vm.text(),
        (host, vm) -> {
          button.accept(host.guests(), vm);
          return Map.of("zone", vm.text(), done, true);
        });
  }
}
