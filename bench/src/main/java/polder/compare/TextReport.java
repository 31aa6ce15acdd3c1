package polder.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.bench.Figure;
import polder.bench.Samples;
import polder.bench.TextTable;
import polder.model.Json;

/** Results as text: a table for people, or one JSON object a figure for programs. */
final class TextReport {
  private TextReport() {}

  /** A column a place: the median, and its ratio to the bare host's. */
  static String table(Results results) {
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("workload", "unit"));
    head.addAll(results.places());
    lines.add(head);
    for (Measure measure : results.measures()) {
      List<String> line = new ArrayList<>(List.of(measure.name(), measure.unit()));
      for (String place : results.places()) {
        line.add(cell(results, measure, place));
      }
      lines.add(line);
    }
    return TextTable.of(lines, Set.of(0, 1));
  }

  private static String cell(Results results, Measure measure, String place) {
    Optional<Samples> samples = results.samples(measure, place);
    if (samples.isEmpty()) {
      return "–";
    }
    String median = Figure.of(samples.get().median());
    OptionalDouble ratio = results.ratio(measure, place);
    return place.equals(Comparison.BARE) || ratio.isEmpty()
        ? median
        : "%s ×%s".formatted(median, Figure.of(ratio.getAsDouble()));
  }

  /** What the names in the table mean: a line each. */
  static String legend(Results results) {
    StringBuilder text = new StringBuilder();
    for (String place : results.places()) {
      text.append("%-16s %s%n".formatted(place, results.what(place)));
    }
    for (Measure measure : results.measures()) {
      text.append(
          "%-16s %s; %s is better%n"
              .formatted(measure.name(), measure.what(), measure.moreIsBetter() ? "more" : "less"));
    }
    return text.toString();
  }

  /** One object: {@code name place value min max unit ratio more_is_better}. */
  static List<String> json(Results results) {
    List<String> lines = new ArrayList<>();
    for (Measure measure : results.measures()) {
      for (String place : results.places()) {
        results
            .samples(measure, place)
            .ifPresent(samples -> lines.add(json(results, measure, place, samples)));
      }
    }
    return lines;
  }

  private static String json(Results results, Measure measure, String place, Samples samples) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("name", measure.name());
    object.put("place", place);
    object.put("value", Figure.rounded(samples.median()));
    object.put("min", Figure.rounded(samples.min()));
    object.put("max", Figure.rounded(samples.max()));
    object.put("unit", measure.unit());
    OptionalDouble ratio = results.ratio(measure, place);
    object.put("ratio", ratio.isPresent() ? Figure.rounded(ratio.getAsDouble()) : null);
    object.put("more_is_better", measure.moreIsBetter());
    return Json.write(object);
  }
}
