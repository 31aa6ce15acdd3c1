package polder.cli.firewall;

import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.FirewallChange;
import polder.model.FirewallRule;
import polder.model.FirewallSentence;
import polder.model.FirewallUpdate;

/** {@code polder firewall update}. */
public final class FirewallUpdateCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("firewall update", "change a firewall rule")
        .text("Flows that the rule let through before go on; it decides over what begins.")
        .option("-O --owner", "UUID", "it speaks of this owner's zones only")
        .flag("-g --global", "it speaks of the zones of all owners")
        .option("--desc", "TEXT", "what it is for")
        .option("--log", "yes|no", "whether the kernel's log is told of what it decides over")
        .flag("-n --dry-run", "only say what would be")
        .operand("UUID", Operand.Kind.TEXT)
        .operands("RULE", Operand.Kind.TEXT, 0, 1)
        .example(
            "polder firewall update 0d42 'FROM any TO tag web ALLOW tcp PORT 443'",
            "the rule says something else from now on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String rule = FirewallRule.checkReference(arguments.operand(0));
    FirewallUpdate update =
        new FirewallUpdate(
            arguments.find(1).findFirst().map(FirewallSentence::of),
            Optional.empty(),
            FirewallAdd.owner(arguments),
            arguments.has("--global"),
            arguments.value("--desc"),
            arguments.value("--log").map(FirewallUpdateCommand::yes));
    if (update.equals(
        new FirewallUpdate(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty()))) {
      throw new UsageException("say what is to change: a RULE, --owner, --global, --desc or --log");
    }
    boolean dryRun = arguments.has("--dry-run");
    FirewallChange change = caller.ask(host -> host.firewall().update(rule, update, dryRun));
    return Told.change(caller, arguments, "changed", change);
  }

  private static boolean yes(String word) {
    return switch (word) {
      case "yes", "true", "on" -> true;
      case "no", "false", "off" -> false;
      default -> throw new UsageException("--log takes yes or no");
    };
  }
}
