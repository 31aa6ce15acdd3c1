package polder.cli.firewall;

import java.util.Optional;
import java.util.UUID;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.Words;
import polder.model.FirewallProbe;
import polder.model.FirewallSentence.Action;
import polder.model.FirewallTraffic;
import polder.model.FirewallVerdict;
import polder.model.FirewallVerdict.Decision;
import polder.model.Json;
import polder.model.json.FirewallAnswerJson;

/** {@code polder firewall test}. */
public final class FirewallTestCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("firewall test", "say whether something would pass, and which rule decides")
        .text(
            "FROM and TO are a zone, a remote VM's uuid, or an address. WHAT is tcp/PORT, udp/PORT,"
                + " icmp/TYPE[/CODE], icmp6/TYPE[/CODE], ah or esp. Nothing is sent; routes and"
                + " others' firewalls are not asked. The exit status is 0 if it would pass, 1 if"
                + " not.")
        .operand("FROM", Operand.Kind.ZONE)
        .operand("TO", Operand.Kind.ZONE)
        .operand("WHAT", Operand.Kind.TEXT)
        .example("polder firewall test web db tcp/5432", "whether web reaches db")
        .example("polder firewall test 192.0.2.7 web tcp/443", "whether somebody outside does");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    FirewallProbe probe =
        new FirewallProbe(
            arguments.operand(0), arguments.operand(1), FirewallTraffic.of(arguments.operand(2)));
    FirewallVerdict verdict = caller.ask(host -> host.firewall().test(probe));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(FirewallAnswerJson.write(verdict)));
    } else {
      caller
          .out()
          .line(
              "%s from %s to %s %s"
                  .formatted(
                      probe.traffic().text(),
                      verdict.from(),
                      verdict.to(),
                      verdict.passes() ? "passes" : "is blocked"));
      tell(caller, "out of", verdict.outbound());
      tell(caller, "into", verdict.inbound());
    }
    return verdict.passes() ? Failure.DONE : Failure.FAILED;
  }

  private static void tell(Caller caller, String way, Optional<Decision> decision) {
    decision.ifPresent(
        each ->
            caller
                .out()
                .line(
                    Words.clean(
                        "  %s %s: %s, by %s: %s"
                            .formatted(
                                way,
                                each.zone(),
                                each.action() == Action.ALLOW ? "allowed" : "blocked",
                                each.rule().map(UUID::toString).orElse("default"),
                                each.reason()))));
  }
}
