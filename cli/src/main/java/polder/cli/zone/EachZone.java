package polder.cli.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Failure;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
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
    List<ZoneRef> zones = new ArrayList<>();
    for (String name : arguments.operands()) {
      zones.add(new ZoneRef(name)); // all names are good before anything is done
    }
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (ZoneRef zone : zones) {
        try {
          Map<String, Object> result = act.apply(host.zones(), zone);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(result));
          } else {
            caller.tell(done + " " + zone.text());
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
