package polder.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import polder.bench.Samples;

/**
 * What was measured.
 *
 * <p>Not for several threads at once.
 */
final class Results {
  private final Map<String, String> places = new LinkedHashMap<>();
  private final List<Measure> measures = new ArrayList<>();
  private final Map<Measure, Map<String, List<Double>>> values = new LinkedHashMap<>();
  private final Set<String> remarks = new LinkedHashSet<>();

  /** One more place, and what it is. */
  void place(String name, String what) {
    places.put(name, what);
  }

  /** A value of a place's. */
  void add(Measure measure, String place, double value) {
    if (!measures.contains(measure)) {
      measures.add(measure);
    }
    values
        .computeIfAbsent(measure, _ -> new LinkedHashMap<>())
        .computeIfAbsent(place, _ -> new ArrayList<>())
        .add(value);
  }

  /** A sentence about what could not be measured; once, however often it is said. */
  void remark(String sentence) {
    remarks.add(sentence);
  }

  /** The places, the bare host first. */
  List<String> places() {
    return List.copyOf(places.keySet());
  }

  /** What a place is. */
  String what(String place) {
    return places.getOrDefault(place, "");
  }

  List<Measure> measures() {
    return List.copyOf(measures);
  }

  List<String> remarks() {
    return List.copyOf(remarks);
  }

  /** What a place was measured at; empty if it could not be. */
  Optional<Samples> samples(Measure measure, String place) {
    return Optional.ofNullable(values.getOrDefault(measure, Map.of()).get(place)).map(Samples::new);
  }

  /** A place's median divided by the bare host's. */
  OptionalDouble ratio(Measure measure, String place) {
    Optional<Samples> ours = samples(measure, place);
    Optional<Samples> bare = samples(measure, Comparison.BARE);
    return ours.isPresent() && bare.isPresent() && bare.get().median() != 0
        ? OptionalDouble.of(ours.get().ratioTo(bare.get()))
        : OptionalDouble.empty();
  }
}
