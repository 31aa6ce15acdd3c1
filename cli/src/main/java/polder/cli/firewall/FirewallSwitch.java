package polder.cli.firewall;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.FirewallUpdate;

/** {@code polder firewall enable} and {@code polder firewall disable}. */
public final class FirewallSwitch implements Command {
  private final boolean on;

  private FirewallSwitch(boolean on) {
    this.on = on;
  }

  /** The one that puts rules in force. */
  public static FirewallSwitch enable() {
    return new FirewallSwitch(true);
  }

  /** The one that takes them out of force. */
  public static FirewallSwitch disable() {
    return new FirewallSwitch(false);
  }

  @Override
  public Usage usage() {
    return Usage.of(
            on ? "firewall enable" : "firewall disable",
            on ? "put firewall rules in force" : "keep firewall rules, but not in force")
        .operands("UUID", Operand.Kind.TEXT, 1, Integer.MAX_VALUE)
        .example(
            "polder firewall %s 0d42".formatted(on ? "enable" : "disable"),
            on ? "it decides over what begins from now on" : "flows that it let through go on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachRule.act(
        caller,
        arguments,
        on ? "enabled" : "disabled",
        (firewall, rule) -> firewall.update(rule, FirewallUpdate.enabled(on), false));
  }
}
