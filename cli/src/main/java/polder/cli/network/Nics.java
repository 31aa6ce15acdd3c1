package polder.cli.network;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import polder.cli.call.Caller;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.UpdatePlan;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** What the commands on a zone's network cards have in common. */
final class Nics {
  private Nics() {}

  static List<Nic> of(Zone zone) {
    return zone.spec().get(ZoneProperties.NICS);
  }

  /**
   * Changes a zone's cards.
   *
   * @throws PolderException WRONG_STATE if that cannot be while it runs
   */
  static void update(Caller caller, ZoneRef zone, Map<String, Object> changes) {
    UpdatePlan plan = caller.ask(host -> host.zones().update(zone, new Patch(changes), false));
    if (plan.refused()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot change the network cards of zone '%s': %s"
              .formatted(
                  zone.text(),
                  plan.lines().stream()
                      .filter(line -> line.effect() == UpdatePlan.Effect.REFUSED)
                      .map(UpdatePlan.Line::reason)
                      .collect(Collectors.joining("; "))));
    }
  }

  static void print(Caller caller, List<Nic> nics) {
    caller.out().line(Json.pretty(ZoneProperties.NICS.type().write(nics)));
  }

  static String joined(List<?> words) {
    return words.isEmpty()
        ? "-"
        : words.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
