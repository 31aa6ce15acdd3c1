package polder.linux;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * Which ids of a user namespace are which of its parent: user_namespaces(7), "uid_map".
 *
 * <p>Checked by the kernel's own rules (kernel/user_namespace.c), so that a map which the kernel
 * would refuse is refused before anything is made. That all outer ids are the parent's to give is
 * the one rule that only the kernel can check.
 *
 * @param extents one to 340 that overlap neither inside nor outside
 */
public record IdMap(List<Extent> extents) {
  /** UID_GID_MAP_MAX_EXTENTS, linux/user_namespace.h. */
  public static final int MAX_EXTENTS = 340;

  /** A map is written at once, and the kernel takes less than a page. */
  private static final int MAX_TEXT = 4095;

  /** (uid_t) -1 is no id. */
  private static final long NO_ID = 0xffff_ffffL;

  /**
   * A run of ids.
   *
   * @param inside the first id in the namespace
   * @param outside what that is in its parent
   * @param count how many, at least one
   */
  public record Extent(long inside, long outside, long count) {
    public Extent {
      if (count < 1 || inside < 0 || outside < 0) {
        throw new IllegalArgumentException(
            "id map '%d %d %d': ids start at 0, and a run has at least one"
                .formatted(inside, outside, count));
      }
      if (count > NO_ID || inside > NO_ID - count || outside > NO_ID - count) {
        throw new IllegalArgumentException(
            "id map '%d %d %d': the last id there is is 4294967294"
                .formatted(inside, outside, count));
      }
    }

    @Override
    public String toString() {
      return inside + " " + outside + " " + count;
    }
  }

  public IdMap {
    extents = List.copyOf(extents);
    if (extents.isEmpty() || extents.size() > MAX_EXTENTS) {
      throw new IllegalArgumentException(
          "an id map of %d lines: use 1 to %d".formatted(extents.size(), MAX_EXTENTS));
    }
    refuseOverlap(extents, Extent::inside);
    refuseOverlap(extents, Extent::outside);
    if (text(extents).length() > MAX_TEXT) {
      throw new IllegalArgumentException(
          "an id map of %d bytes: the kernel takes %d at most"
              .formatted(text(extents).length(), MAX_TEXT));
    }
  }

  /** The ids 0 to {@code count} - 1, which outside are those from {@code base} on. */
  public static IdMap of(long base, long count) {
    return new IdMap(List.of(new Extent(0, base, count)));
  }

  /** The map in the text of a uid_map file. */
  public static IdMap parse(String text) {
    List<Extent> extents = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] fields = line.strip().split("\\s+", -1);
      if (fields.length != 3) {
        throw new IllegalArgumentException("id map line '%s': three numbers".formatted(line));
      }
      try {
        extents.add(
            new Extent(
                Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2])));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("id map line '%s': three numbers".formatted(line), e);
      }
    }
    return new IdMap(extents);
  }

  /** What {@code inside} is in the parent; empty if it is not mapped. */
  public OptionalLong outside(long inside) {
    for (Extent each : extents) {
      if (inside >= each.inside() && inside - each.inside() < each.count()) {
        return OptionalLong.of(each.outside() + inside - each.inside());
      }
    }
    return OptionalLong.empty();
  }

  /** What {@code outside} is in the namespace; empty if it is not mapped. */
  public OptionalLong inside(long outside) {
    for (Extent each : extents) {
      if (outside >= each.outside() && outside - each.outside() < each.count()) {
        return OptionalLong.of(each.inside() + outside - each.outside());
      }
    }
    return OptionalLong.empty();
  }

  /** As it is written to {@code /proc/PID/uid_map}: a line for each extent. */
  public String text() {
    return text(extents);
  }

  private static String text(List<Extent> extents) {
    StringBuilder text = new StringBuilder();
    for (Extent each : extents) {
      text.append(each).append('\n');
    }
    return text.toString();
  }

  private static void refuseOverlap(List<Extent> extents, ToLongFunction<Extent> first) {
    List<Extent> sorted = extents.stream().sorted(Comparator.comparingLong(first)).toList();
    for (int i = 1; i < sorted.size(); i++) {
      Extent before = sorted.get(i - 1);
      if (first.applyAsLong(sorted.get(i)) - first.applyAsLong(before) < before.count()) {
        throw new IllegalArgumentException(
            "id map lines '%s' and '%s' overlap".formatted(before, sorted.get(i)));
      }
    }
  }
}
