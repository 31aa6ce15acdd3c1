package polder.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.model.Json;

/** Results as text: a table for people, or one JSON object a row for programs. */
final class Report {
  private static final List<String> HEAD =
      List.of(
          "row",
          "unit",
          "polder",
          "min–max",
          "peer",
          "median",
          "min–max",
          "ratio",
          "by round",
          "bound",
          "met");

  /** Words are set to the left, figures to the right. */
  private static final Set<Integer> LEFT = Set.of(0, 1, 4, 10);

  private Report() {}

  /**
   * One object a row: {@code name value unit peer peer_value ratio bound met}, null for what is not
   * known or not promised.
   */
  static String json(Result result) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    Row row = result.row();
    object.put("name", row.name());
    object.put("value", boxed(result.value()));
    object.put("unit", row.unit());
    object.put("peer", row.peer().map(Entrant::name).orElse(null));
    object.put("peer_value", boxed(result.peerValue()));
    object.put("ratio", boxed(result.ratio()));
    object.put("bound", boxed(row.bound().number()));
    object.put("met", result.met().orElse(null));
    return Json.write(object);
  }

  /** The table. */
  static String table(List<Result> results) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEAD);
    for (Result result : results) {
      lines.add(line(result));
    }
    return TextTable.of(lines, LEFT);
  }

  /** Who did not take part, which bounds are missed, and why: a sentence each. */
  static List<String> remarks(List<Result> results) {
    Set<String> remarks = new LinkedHashSet<>();
    for (Result result : results) {
      remark(result.row().ours().name(), result.ours()).ifPresent(remarks::add);
      result
          .peer()
          .flatMap(peer -> remark(result.row().peer().orElseThrow().name(), peer))
          .ifPresent(remarks::add);
      if (result.met().equals(Optional.of(false))) {
        remarks.add(missed(result.row()));
      }
    }
    return List.copyOf(remarks);
  }

  private static String missed(Row row) {
    return row.name()
        + " misses its bound: "
        + row.why().orElse("it was kept where this was written; was the machine quiet?");
  }

  private static List<String> line(Result result) {
    Row row = result.row();
    return List.of(
        row.name(),
        row.unit(),
        figure(result.value()),
        span(result.ourSamples()),
        row.peer().map(Entrant::name).orElse(""),
        row.peer().isPresent() ? figure(result.peerValue()) : "",
        span(result.peerSamples()),
        result.ratio().isPresent() ? figure(result.ratio()) : "",
        result.ratioByRound().isPresent() ? figure(result.ratioByRound()) : "",
        row.bound().text(),
        result.met().map(met -> met ? "yes" : "NO").orElse(""));
  }

  private static Optional<String> remark(String name, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Measured(Samples _) -> Optional.empty();
      case Outcome.Absent(String why) -> Optional.of(name + " is left out: " + why);
      case Outcome.Failed(String why) -> Optional.of(name + " failed: " + why);
    };
  }

  private static String figure(OptionalDouble number) {
    return number.isPresent() ? Figure.of(number.getAsDouble()) : "–";
  }

  private static String span(Optional<Samples> samples) {
    return samples.map(s -> Figure.of(s.min()) + "–" + Figure.of(s.max())).orElse("");
  }

  private static @Nullable Double boxed(OptionalDouble number) {
    return number.isPresent() ? Figure.rounded(number.getAsDouble()) : null;
  }
}
