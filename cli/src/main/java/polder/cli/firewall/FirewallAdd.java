package polder.cli.firewall;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.JsonInput;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.FirewallChange;
import polder.model.FirewallPayload;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.json.FirewallJson;

/** {@code polder firewall add}. */
public final class FirewallAdd implements Command {
  @Override
  public Usage usage() {
    return Usage.of("firewall add", "add firewall rules, and print their uuids")
        .text(
            "A rule is one word in quotes: FROM whom TO whom ALLOW or BLOCK what. It is in force for"
                + " zones whose payload says firewall_enabled, once it is enabled. A file holds"
                + " {\"rules\": [{\"rule\": TEXT, \"enabled\": true}], \"remoteVMs\": […]}, or one"
                + " rule; all of it is added, or nothing.")
        .option("-f --file", "FILE", "a JSON payload; - for standard input")
        .flag("-e --enable", "in force at once")
        .option("-O --owner", "UUID", "it speaks of this owner's zones only")
        .option("--desc", "TEXT", "what it is for")
        .flag("--log", "the kernel's log is told of what it decides over")
        .flag("-n --dry-run", "only say what would be")
        .operands("RULE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example(
            "polder firewall add -e 'FROM any TO tag role = web ALLOW tcp (PORT 80 AND PORT 443)'",
            "everybody reaches the web servers")
        .example("polder firewall add -f rules.json", "adds all rules of a file");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    FirewallPayload payload = payload(caller, arguments);
    boolean dryRun = arguments.has("--dry-run");
    FirewallChange change = caller.ask(host -> host.firewall().add(payload, dryRun));
    return Told.change(caller, arguments, "added", change);
  }

  private static FirewallPayload payload(Caller caller, Arguments arguments) throws IOException {
    if (arguments.operands().isEmpty()) {
      for (String option : List.of("--enable", "--owner", "--desc", "--log")) {
        if (arguments.has(option)) {
          throw new UsageException(option + " is for a RULE that is typed; a file says it itself");
        }
      }
      return FirewallJson.readPayload(JsonInput.read(caller, arguments.value("--file")));
    }
    if (arguments.has("--file")) {
      throw new UsageException("give a file or a RULE, not both");
    }
    List<FirewallRequest> rules = new ArrayList<>();
    for (String each : arguments.operands()) {
      rules.add(
          new FirewallRequest(
              Optional.empty(),
              FirewallSentence.of(each),
              arguments.has("--enable"),
              owner(arguments),
              arguments.value("--desc"),
              Optional.empty(),
              Optional.empty(),
              arguments.has("--log")));
    }
    return new FirewallPayload(rules, List.of());
  }

  static Optional<UUID> owner(Arguments arguments) {
    return arguments.value("--owner").map(FirewallJson::readUuid);
  }
}
