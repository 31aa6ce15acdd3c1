package polder.cli.volume;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.Json;
import polder.model.SnapshotSchedule;
import polder.model.SnapshotSchedule.Period;
import polder.model.Volume;
import polder.model.json.VolumeJson;

/** {@code polder volume schedule}. */
public final class VolumeSchedule implements Command {
  private static final String NONE = "none";

  @Override
  public Usage usage() {
    return Usage.of("volume schedule", "have snapshots of a volume taken by themselves")
        .text(
            "PERIOD is hourly, daily, weekly or monthly, in UTC; the newest COUNT of each are kept."
                + " 'none' ends it: what was taken stays. Zones that run and attach the volume stand"
                + " still for each moment.")
        .operand("VOLUME", Operand.Kind.VOLUME)
        .operands("PERIOD=COUNT", Operand.Kind.TEXT, 1, Period.values().length)
        .example("polder volume schedule data hourly=24 daily=7", "a day of hours, a week of days")
        .example("polder volume schedule data none", "takes no more");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Volume.checkName(arguments.operand(0));
    SnapshotSchedule schedule = schedule(arguments.operandsFrom(1));
    Volume volume = caller.ask(host -> host.volumes().schedule(name, schedule));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(VolumeJson.write(volume)));
    } else {
      caller.tell("volume " + volume.name() + " keeps " + told(volume.schedule()));
    }
    return Failure.DONE;
  }

  private static String told(SnapshotSchedule schedule) {
    return schedule.isEmpty()
        ? "no snapshots by itself"
        : schedule.kept().entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey().word())
            .collect(Collectors.joining(", "));
  }

  /** Reads {@code daily=7} and so on, or {@code none}. */
  static SnapshotSchedule schedule(List<String> words) {
    if (words.equals(List.of(NONE))) {
      return SnapshotSchedule.NONE;
    }
    Map<Period, Integer> counts = new EnumMap<>(Period.class);
    for (String word : words) {
      int at = word.indexOf('=');
      try {
        Period period = Period.valueOf(word.substring(0, Math.max(0, at)).toUpperCase(Locale.ROOT));
        int count = Integer.parseInt(word.substring(at + 1));
        if (count < 0 || count > SnapshotSchedule.MOST || counts.put(period, count) != null) {
          throw wrong(word);
        }
      } catch (IllegalArgumentException e) {
        throw wrong(word);
      }
    }
    return new SnapshotSchedule(counts);
  }

  private static UsageException wrong(String word) {
    return new UsageException(
        "'%s': write hourly, daily, weekly or monthly, each once, '=' and a count up to %d"
            .formatted(word, SnapshotSchedule.MOST));
  }
}
