package polder.cli.zone;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.Amount;
import polder.model.DeletedZone;
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
        .text(
            "There is no way back, but with --keep, or of a zone with keep_on_delete: then 'polder"
                + " undelete' brings it back until that time is over. A zone that runs is refused"
                + " without --force.")
        .flag("-f --force", "stop it first if it runs")
        .option("-k --keep", "TIME", "keep what it has on its disk for so long, such as 12h or 7d")
        .flag("--now", "keep nothing, whatever its keep_on_delete says")
        .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE)
        .example("polder delete --force web", "stops it and takes it away")
        .example("polder delete --keep 7d web", "takes it away; for a week it can be undeleted");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean force = arguments.has("--force");
    Optional<Duration> keep = arguments.value("--keep").map(Amount::duration);
    if (arguments.has("--now")) {
      if (keep.isPresent()) {
        throw new UsageException("give --keep or --now, not both");
      }
      keep = Optional.of(Duration.ZERO);
    }
    Optional<Duration> kept = keep.map(DeletedZone::checkPeriod);
    return EachZone.of(
        caller,
        arguments,
        "deleted",
        (zones, zone) -> {
          delete(zones, zone, force, kept);
          return Map.of("zone", zone.text(), "deleted", true);
        });
  }

  private static void delete(Zones zones, ZoneRef zone, boolean force, Optional<Duration> keep) {
    try {
      if (keep.isPresent()) {
        zones.delete(zone, force, keep.get());
      } else {
        zones.delete(zone, force);
      }
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
