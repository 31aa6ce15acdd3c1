package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import polder.model.Firewall;
import polder.model.FirewallPayload;
import polder.model.FirewallUpdate;
import polder.model.Types;
import polder.model.json.FirewallAnswerJson;
import polder.model.json.FirewallJson;

/** What can be asked of the firewall. */
final class FirewallRoutes {
  private static final Content RULE = Content.json("FirewallRule", FirewallJson.RULE_TYPE);
  private static final Content CHANGE = Content.json("FirewallChange", FirewallJson.CHANGE);
  private static final Content REMOTE = Content.json("FirewallRemote", FirewallJson.REMOTE);
  private static final Content ZONE = Content.json("FirewallZone", FirewallAnswerJson.ZONE);
  private static final Parameter DRY_RUN =
      Parameter.query("dry_run", Types.BOOLEAN, "only say what would be");

  private final Firewall firewall;
  private final Operations operations;

  FirewallRoutes(Firewall firewall, Operations operations) {
    this.firewall = firewall;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/firewall/rules", "All firewall rules, by uuid", this::all)
            .gives(RULE.listed()),
        Route.of(
                "POST",
                "/v1/firewall/rules",
                "Adds firewall rules and remote VMs, all or none",
                this::add)
            .with(DRY_RUN)
            .takes(Content.json("FirewallPayload", FirewallJson.PAYLOAD))
            .gives(CHANGE)
            .orLater(),
        Route.of("GET", "/v1/firewall/rules/{rule}", "One firewall rule", this::get).gives(RULE),
        Route.of("PATCH", "/v1/firewall/rules/{rule}", "Changes a firewall rule", this::update)
            .with(DRY_RUN)
            .takes(Content.json("FirewallUpdate", FirewallJson.UPDATE))
            .gives(CHANGE)
            .orLater(),
        Route.of("DELETE", "/v1/firewall/rules/{rule}", "Takes a firewall rule away", this::delete)
            .orLater(),
        Route.of(
                "GET",
                "/v1/firewall/rules/{rule}/zones",
                "The zones that a rule decides over",
                this::zones)
            .gives(ZONE.listed()),
        Route.of(
                "GET",
                "/v1/firewall/zones/{zone}/rules",
                "The rules that decide over what a zone gets or sends",
                this::rules)
            .gives(RULE.listed()),
        Route.of("POST", "/v1/firewall/test", "Whether something would pass", this::test)
            .takes(Content.json("FirewallProbe", FirewallAnswerJson.PROBE))
            .gives(Content.json("FirewallVerdict", FirewallAnswerJson.VERDICT)),
        Route.of("GET", "/v1/firewall/status", "The zones that have a firewall", this::status)
            .gives(ZONE.listed()),
        Route.of("GET", "/v1/firewall/stats", "What rules have decided over", this::stats)
            .gives(Content.json("FirewallCount", FirewallAnswerJson.COUNT).listed()),
        Route.of("GET", "/v1/firewall/remotes", "The VMs that are elsewhere", this::remotes)
            .gives(REMOTE.listed()),
        Route.of(
                "DELETE",
                "/v1/firewall/remotes/{remote}",
                "Forgets a VM that is elsewhere",
                this::deleteRemote)
            .with(Parameter.path("remote", "its uuid"))
            .orLater());
  }

  private void all(Call call) {
    call.answer(firewall.list().stream().map(FirewallJson::write).toList());
  }

  private void get(Call call) {
    call.answer(FirewallJson.write(firewall.get(call.part("rule"))));
  }

  private void add(Call call) throws IOException {
    FirewallPayload payload = FirewallJson.readPayload(call.json());
    boolean dryRun = call.flag("dry_run");
    operations.answer(
        call, "add firewall rules", progress -> FirewallJson.write(firewall.add(payload, dryRun)));
  }

  private void update(Call call) throws IOException {
    String rule = call.part("rule");
    FirewallUpdate update = FirewallJson.readUpdate(call.json());
    boolean dryRun = call.flag("dry_run");
    operations.answer(
        call,
        "update firewall rule",
        progress -> FirewallJson.write(firewall.update(rule, update, dryRun)));
  }

  private void delete(Call call) {
    String rule = call.part("rule");
    operations.answer(
        call,
        "delete firewall rule",
        progress -> {
          firewall.delete(rule);
          return null;
        });
  }

  private void zones(Call call) {
    call.answer(firewall.zones(call.part("rule")).stream().map(FirewallAnswerJson::write).toList());
  }

  private void rules(Call call) {
    call.answer(firewall.rules(call.zone()).stream().map(FirewallJson::write).toList());
  }

  private void test(Call call) throws IOException {
    call.answer(FirewallAnswerJson.write(firewall.test(FirewallAnswerJson.readProbe(call.json()))));
  }

  private void status(Call call) {
    call.answer(firewall.status().stream().map(FirewallAnswerJson::write).toList());
  }

  private void stats(Call call) {
    call.answer(firewall.stats().stream().map(FirewallAnswerJson::write).toList());
  }

  private void remotes(Call call) {
    call.answer(firewall.remotes().stream().map(FirewallJson::write).toList());
  }

  private void deleteRemote(Call call) {
    UUID remote = FirewallJson.readUuid(call.part("remote"));
    operations.answer(
        call,
        "delete remote VM",
        progress -> {
          firewall.deleteRemote(remote);
          return null;
        });
  }
}
