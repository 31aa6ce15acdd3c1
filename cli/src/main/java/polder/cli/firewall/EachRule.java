package polder.cli.firewall;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Failure;
import polder.model.ErrorKind;
import polder.model.Firewall;
import polder.model.FirewallRule;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;

/** Does something with several rules, one after the other, whatever becomes of each. */
final class EachRule {
  private EachRule() {}

  static int act(
      Caller caller, Arguments arguments, String done, BiConsumer<Firewall, String> act) {
    List<String> rules = arguments.operands().stream().map(FirewallRule::checkReference).toList();
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String each : rules) {
        try {
          act.accept(host.firewall(), each);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("rule", each, done, true)));
          } else {
            caller.tell("%s rule %s".formatted(done, each));
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }
}
