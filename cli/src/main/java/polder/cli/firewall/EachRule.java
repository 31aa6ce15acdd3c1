package polder.cli.firewall;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Each;
import polder.model.Firewall;
import polder.model.FirewallRule;

/** Does something with several rules, one after the other, whatever becomes of each. */
final class EachRule {
  private EachRule() {}

  static int act(
      Caller caller, Arguments arguments, String done, BiConsumer<Firewall, String> act) {
    List<String> rules = arguments.operands().stream().map(FirewallRule::checkReference).toList();
    return Each.of(
        caller,
        arguments,
        rules,
        rule -> "%s rule %s".formatted(done, rule),
        (host, rule) -> {
          act.accept(host.firewall(), rule);
          return Map.of("rule", rule, done, true);
        });
  }
}
