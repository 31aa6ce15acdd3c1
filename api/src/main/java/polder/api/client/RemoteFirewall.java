package polder.api.client;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.model.Firewall;
import polder.model.FirewallChange;
import polder.model.FirewallCount;
import polder.model.FirewallPayload;
import polder.model.FirewallProbe;
import polder.model.FirewallRemote;
import polder.model.FirewallRule;
import polder.model.FirewallUpdate;
import polder.model.FirewallVerdict;
import polder.model.FirewallZone;
import polder.model.Json;
import polder.model.ZoneRef;
import polder.model.json.FirewallAnswerJson;
import polder.model.json.FirewallJson;

/** The firewall of the host at the far end. */
final class RemoteFirewall implements Firewall {
  private static final String RULES = "/v1/firewall/rules";

  private final Caller caller;

  RemoteFirewall(Caller caller) {
    this.caller = caller;
  }

  private <T> List<T> all(String path, Function<@Nullable Object, T> read) {
    return Json.asList(caller.call("GET", path, null)).stream().map(read).toList();
  }

  private static String path(String rule) {
    return RULES + "/" + Caller.encode(FirewallRule.checkReference(rule));
  }

  private static String dry(boolean dryRun) {
    return dryRun ? "?dry_run=true" : "";
  }

  @Override
  public List<FirewallRule> list() {
    return all(RULES, FirewallJson::read);
  }

  @Override
  public FirewallRule get(String rule) {
    return FirewallJson.read(caller.call("GET", path(rule), null));
  }

  @Override
  public FirewallChange add(FirewallPayload payload, boolean dryRun) {
    return FirewallJson.readChange(
        caller.call("POST", RULES + dry(dryRun), FirewallJson.write(payload)));
  }

  @Override
  public FirewallChange update(String rule, FirewallUpdate update, boolean dryRun) {
    return FirewallJson.readChange(
        caller.call("PATCH", path(rule) + dry(dryRun), FirewallJson.write(update)));
  }

  @Override
  public void delete(String rule) {
    caller.call("DELETE", path(rule), null);
  }

  @Override
  public List<FirewallRule> rules(ZoneRef zone) {
    return all("/v1/firewall/zones/" + zone.text() + "/rules", FirewallJson::read);
  }

  @Override
  public List<FirewallZone> zones(String rule) {
    return all(path(rule) + "/zones", FirewallAnswerJson::readZone);
  }

  @Override
  public FirewallVerdict test(FirewallProbe probe) {
    return FirewallAnswerJson.readVerdict(
        caller.call("POST", "/v1/firewall/test", FirewallAnswerJson.write(probe)));
  }

  @Override
  public List<FirewallZone> status() {
    return all("/v1/firewall/status", FirewallAnswerJson::readZone);
  }

  @Override
  public List<FirewallCount> stats() {
    return all("/v1/firewall/stats", FirewallAnswerJson::readCount);
  }

  @Override
  public List<FirewallRemote> remotes() {
    return all("/v1/firewall/remotes", FirewallJson::readRemote);
  }

  @Override
  public void deleteRemote(UUID remote) {
    caller.call("DELETE", "/v1/firewall/remotes/" + remote, null);
  }
}
