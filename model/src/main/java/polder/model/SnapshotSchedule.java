package polder.model;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which snapshots of a zone or volume are taken by themselves: one in each period, and how many are
 * kept.
 *
 * <p>One is called by its period and when that began, such as {@code daily-2026-01-31T00:00:00Z}.
 * So a period has one at most, and whoever was away sees what it missed.
 *
 * @param kept how many are kept of each period; a period that is not there has none
 */
public record SnapshotSchedule(Map<Period, Integer> kept) {
  /** Nothing is taken by itself. */
  public static final SnapshotSchedule NONE = new SnapshotSchedule(Map.of());

  /** No more than that of one period. */
  public static final int MOST = 1000;

  public SnapshotSchedule {
    Map<Period, Integer> counts = new EnumMap<>(Period.class);
    kept.forEach(
        (period, count) -> {
          if (count > 0) {
            counts.put(period, count);
          }
        });
    kept = java.util.Collections.unmodifiableMap(counts);
  }

  /** How often; all times are UTC. */
  public enum Period {
    /** From one full hour to the next. */
    HOURLY,
    /** From midnight to midnight. */
    DAILY,
    /** From the midnight before a Monday to that before the next. */
    WEEKLY,
    /** From the midnight before the first day of a month to that before the next. */
    MONTHLY;

    private static final String MOMENT = "-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z";

    /** The word that payloads and names have. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** When the period began that {@code moment} is in. */
    Instant begin(Instant moment) {
      ZonedDateTime at = moment.atZone(ZoneOffset.UTC);
      ZonedDateTime day = at.truncatedTo(ChronoUnit.DAYS);
      return switch (this) {
        case HOURLY -> at.truncatedTo(ChronoUnit.HOURS).toInstant();
        case DAILY -> day.toInstant();
        case WEEKLY -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toInstant();
        case MONTHLY -> day.withDayOfMonth(1).toInstant();
      };
    }

    /** When the period after that begins. */
    Instant next(Instant moment) {
      ZonedDateTime begin = begin(moment).atZone(ZoneOffset.UTC);
      return switch (this) {
        case HOURLY -> begin.plusHours(1).toInstant();
        case DAILY -> begin.plusDays(1).toInstant();
        case WEEKLY -> begin.plusWeeks(1).toInstant();
        case MONTHLY -> begin.plusMonths(1).toInstant();
      };
    }

    private String nameAt(Instant moment) {
      return word() + "-" + Snapshot.nameAt(begin(moment));
    }

    private boolean named(String snapshot) {
      return Pattern.matches(word() + MOMENT, snapshot);
    }
  }

  /** What {@code now} is to be taken of a zone that has {@code there}. */
  public List<String> due(List<Snapshot> there, Instant now) {
    return kept.keySet().stream()
        .map(period -> period.nameAt(now))
        .filter(name -> there.stream().noneMatch(snapshot -> snapshot.name().equals(name)))
        .toList();
  }

  /** What a zone that has {@code there} does not keep, the oldest first. */
  public List<String> tooMany(List<Snapshot> there) {
    List<String> gone = new ArrayList<>();
    for (Period period : Period.values()) {
      List<String> own =
          there.stream()
              .map(Snapshot::name)
              .filter(period::named)
              .sorted(Comparator.naturalOrder()) // by when the period began
              .toList();
      int keep = kept.getOrDefault(period, 0);
      gone.addAll(own.subList(0, Math.max(0, own.size() - keep)));
    }
    return List.copyOf(gone);
  }

  /** Whether nothing is taken by itself. */
  public boolean isEmpty() {
    return kept.isEmpty();
  }

  /** When the next is due after {@code now}; empty if none ever is. */
  public Optional<Instant> next(Instant now) {
    return kept.keySet().stream().map(period -> period.next(now)).min(Comparator.naturalOrder());
  }
}
