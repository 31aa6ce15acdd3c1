package polder.brand.zone;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import polder.linux.Capability;
import polder.model.Brand;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Which capabilities a zone's processes can have: decided here and nowhere else.
 *
 * <p>The base is the default set, or what {@code limit_priv} says, which is then the ceiling too.
 * {@code cap_drop} takes from it, {@code cap_add} adds to it. {@code ALL} in {@code cap_drop} takes
 * the whole base, and {@code cap_add} is then all there is.
 */
final class ZoneCapabilities {
  private static final String ALL = "ALL";

  private ZoneCapabilities() {}

  /** The set for {@code spec}, which {@link #verify} found no fault with. */
  static Set<Capability> of(ZoneSpec spec) {
    Security security = spec.get(ZoneProperties.SECURITY);
    Set<Capability> set = ceiling(spec).orElseGet(Capability::zone);
    set.removeAll(named(security.capDrop()));
    Set<Capability> added = named(security.capAdd());
    if (!has(security.capDrop(), ALL)) {
      added.removeAll(named(security.capDrop())); // "ALL but these"
    }
    set.addAll(added);
    ceiling(spec).ifPresent(set::retainAll);
    return set;
  }

  /** Says what is wrong with the names, and with what they would allow. */
  static void verify(ZoneSpec spec, List<Fault> faults) {
    Security security = spec.get(ZoneProperties.SECURITY);
    int before = faults.size();
    check("security.cap_add", security.capAdd(), faults);
    check("security.cap_drop", security.capDrop(), faults);
    if (spec.has(ZoneProperties.LIMIT_PRIV)) {
      check(
          "limit_priv",
          spec.get(ZoneProperties.LIMIT_PRIV).stream()
              .filter(word -> !word.equalsIgnoreCase("default"))
              .map(ZoneCapabilities::withoutSign)
              .toList(),
          faults);
    }
    if (faults.size() > before) {
      return;
    }
    Set<Capability> above = named(security.capAdd());
    ceiling(spec).ifPresentOrElse(above::removeAll, above::clear);
    if (!above.isEmpty() && !has(security.capAdd(), ALL)) {
      faults.add(
          new Fault("security.cap_add", above + " are above the ceiling that limit_priv sets"));
    }
    if (of(spec).contains(Capability.SYS_ADMIN)) {
      administrator(spec, faults);
    }
  }

  /** Who may mount may also mount again, writable, what was mounted read-only for it. */
  private static void administrator(ZoneSpec spec, List<Fault> faults) {
    if (spec.brand() == Brand.NATIVE) {
      faults.add(
          new Fault(
              "security.cap_add",
              "SYS_ADMIN is refused: a native zone could make the host's userland, which it shares"
                  + " read-only, writable; use brand lx"));
    }
    List<Filesystem> filesystems = spec.get(ZoneProperties.FILESYSTEMS);
    for (int i = 0; i < filesystems.size(); i++) {
      Filesystem each = filesystems.get(i);
      if (!each.type().equals("tmpfs") && each.options().contains("ro")) {
        faults.add(
            new Fault(
                "filesystems[%d].options".formatted(i),
                "'ro' does not hold against a zone with SYS_ADMIN; leave one of them out"));
      }
    }
  }

  /** What limit_priv says, if anything. */
  private static Optional<Set<Capability>> ceiling(ZoneSpec spec) {
    if (!spec.has(ZoneProperties.LIMIT_PRIV)) {
      return Optional.empty();
    }
    Set<Capability> set = EnumSet.noneOf(Capability.class);
    for (String word : spec.get(ZoneProperties.LIMIT_PRIV)) {
      if (word.equalsIgnoreCase("default")) {
        set.addAll(Capability.zone());
      } else if (word.equals(withoutSign(word))) {
        set.addAll(named(List.of(word)));
      } else {
        set.removeAll(named(List.of(withoutSign(word))));
      }
    }
    return Optional.of(set);
  }

  private static String withoutSign(String word) {
    return word.startsWith("-") || word.startsWith("!") ? word.substring(1) : word;
  }

  private static Set<Capability> named(List<String> names) {
    Set<Capability> set = EnumSet.noneOf(Capability.class);
    for (String name : names) {
      if (name.equalsIgnoreCase(ALL)) {
        set.addAll(EnumSet.allOf(Capability.class));
      } else {
        set.add(Capability.parse(name));
      }
    }
    return set;
  }

  private static boolean has(List<String> names, String word) {
    return names.stream().anyMatch(name -> name.toUpperCase(Locale.ROOT).equals(word));
  }

  private static void check(String property, List<String> names, List<Fault> faults) {
    for (int i = 0; i < names.size(); i++) {
      try {
        named(List.of(names.get(i)));
      } catch (IllegalArgumentException e) {
        faults.add(new Fault("%s[%d]".formatted(property, i), String.valueOf(e.getMessage())));
      }
    }
  }
}
