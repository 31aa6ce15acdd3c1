package polder.cli.zone;

import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneRef;
import polder.model.ZoneState;
import polder.model.Zones;

/** {@code polder delete}. */
public final class DeleteCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("delete", "delete zones with all that belongs to them")
        .text("There is no way back. A zone that runs is refused without --force.")
        .flag("-f --force", "stop it first if it runs")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder delete --force web", "stops it and takes it away");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean force = arguments.has("--force");
    return EachZone.of(
        caller,
        arguments,
        "deleted",
        (zones, zone) -> {
          delete(zones, zone, force);
          return Map.of("zone", zone.text(), "deleted", true);
        });
  }

  private static void delete(Zones zones, ZoneRef zone, boolean force) {
    try {
      zones.delete(zone, force);
    } catch (PolderException e) {
      String sentence = String.valueOf(e.getMessage());
      if (force || e.kind() != ErrorKind.WRONG_STATE || sentence.contains("--force")) {
        throw e;
      }
      ZoneState state = zones.get(zone).state();
      if (state != ZoneState.RUNNING && state != ZoneState.READY) {
        throw e; // force would not help
      }
      throw new PolderException(e.kind(), sentence + "; --force stops it first", e);
    }
  }
}
