package polder.cli.zone;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Each;
import polder.model.ZoneRef;
import polder.model.Zones;

/** One act on several zones, one after another: what fails is told, and the others go on. */
final class EachZone {
  private EachZone() {}

  /**
   * Acts on each zone that the operands name.
   *
   * @param done what a person is told of each, such as "started"
   * @param act answers what {@code --json} prints
   * @return 0, or 1 if one failed
   */
  static int of(
      Caller caller,
      Arguments arguments,
      String done,
      BiFunction<Zones, ZoneRef, Map<String, Object>> act) {
    List<ZoneRef> zones = arguments.operands().stream().map(ZoneRef::new).toList();
    return Each.of(
        caller,
        arguments,
        zones,
        zone -> done + " " + zone.text(),
        (host, zone) -> act.apply(host.zones(), zone));
  }
}
