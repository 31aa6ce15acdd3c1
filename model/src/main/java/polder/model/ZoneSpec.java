package polder.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a zone: a value for some of {@link ZoneProperties}, checked whole.
 *
 * <pre>{@code
 * ZoneSpec web = ZoneSpec.of(Brand.LX)
 *     .with(ZoneProperties.ALIAS, "web")
 *     .with(ZoneProperties.IMAGE, "debian:12")
 *     .with(ZoneProperties.CMD, List.of("sleep", "infinity"));
 * }</pre>
 *
 * <p>Immutable. Two specs are equal if they give the same properties the same values.
 */
public final class ZoneSpec {
  private final Map<Property<?>, Object> values;

  private ZoneSpec(Map<Property<?>, Object> values) {
    this.values = values;
  }

  /** A spec that says nothing but its brand. */
  public static ZoneSpec of(Brand brand) {
    return new ZoneSpec(Map.of(ZoneProperties.BRAND, brand));
  }

  /**
   * Reads a payload strictly.
   *
   * @param payload a JSON object as {@link polder.model.Json} reads it
   * @throws PolderException INVALID with all that is wrong: unknown, refused and mistyped
   *     properties, and rules between them
   */
  public static ZoneSpec read(Map<String, Object> payload) {
    List<Fault> faults = new ArrayList<>();
    ZoneSpec spec = readValues(payload, faults);
    if (faults.isEmpty()) {
      faults.addAll(SpecRules.check(spec));
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the payload is refused", faults);
    }
    return spec;
  }

  private static ZoneSpec readValues(Map<String, Object> payload, List<Fault> faults) {
    Map<Property<?>, Object> values = new LinkedHashMap<>();
    payload.forEach(
        (name, json) ->
            ZoneProperties.find(name)
                .ifPresentOrElse(
                    property -> readValue(property, json, values, faults),
                    () -> faults.add(unknown(name))));
    if (!values.containsKey(ZoneProperties.BRAND)) {
      boolean image =
          values.containsKey(ZoneProperties.IMAGE) || values.containsKey(ZoneProperties.IMAGE_UUID);
      values.put(ZoneProperties.BRAND, image ? Brand.LX : Brand.NATIVE);
    }
    return new ZoneSpec(values);
  }

  private static void readValue(
      Property<?> property,
      @Nullable Object json,
      Map<Property<?>, Object> values,
      List<Fault> faults) {
    Optional<String> refusal = property.refusal();
    if (refusal.isPresent()) {
      faults.add(new Fault(property.name(), "is refused: " + refusal.get()));
      return;
    }
    Object value = property.type().read(json, property.name(), faults);
    if (value != null) {
      values.put(property, value);
    }
  }

  static Fault unknown(String name) {
    return new Fault(
        Types.shorten(name),
        "unknown property; did you mean '%s'?".formatted(ZoneProperties.nearest(name)));
  }

  /** Whether the payload says anything of {@code property}. */
  public boolean has(Property<?> property) {
    return values.containsKey(property);
  }

  /** What is asked, or the property's default; empty where there is neither. */
  @SuppressWarnings("unchecked") // with() and read() put only values of the property's type
  public <T> Optional<T> find(Property<T> property) {
    Object value = values.get(property);
    return value == null ? property.standard() : Optional.of((T) value);
  }

  /**
   * What is asked, or the property's default.
   *
   * @throws IllegalStateException if the property has no default: ask {@link #find}
   */
  public <T> T get(Property<T> property) {
    return find(property)
        .orElseThrow(() -> new IllegalStateException(property + " has no default; use find"));
  }

  /** This spec with {@code value}; it is checked when the spec is used. */
  public <T> ZoneSpec with(Property<T> property, T value) {
    Map<Property<?>, Object> copy = new LinkedHashMap<>(values);
    copy.put(property, value);
    return new ZoneSpec(copy);
  }

  /** This spec without a word of {@code property}. */
  public ZoneSpec without(Property<?> property) {
    Map<Property<?>, Object> copy = new LinkedHashMap<>(values);
    copy.remove(property);
    return new ZoneSpec(copy);
  }

  /**
   * This spec with a volume of the zone's own at each of {@code targets} where nothing is mounted
   * yet. All that is mounted is then in an order in which nothing hides what lies below it.
   */
  public ZoneSpec withOwnVolumes(List<String> targets) {
    List<Filesystem> all = new ArrayList<>(get(ZoneProperties.FILESYSTEMS));
    int had = all.size();
    for (String target : targets) {
      boolean memory = target.equals("/tmp") && get(ZoneProperties.TMPFS) > 0;
      boolean kernels =
          SpecRules.KEPT.stream().anyMatch(kept -> (target + "/").startsWith(kept + "/"));
      if (!memory
          && !kernels
          && all.stream().noneMatch(each -> SpecRules.plain(each.target()).equals(target))) {
        all.add(new Filesystem("", target, "volume", List.of()));
      }
    }
    if (all.size() == had) {
      return this;
    }
    all.sort(
        Comparator.comparingLong(
            each -> SpecRules.plain(each.target()).chars().filter(c -> c == '/').count()));
    return with(ZoneProperties.FILESYSTEMS, List.copyOf(all));
  }

  /** The spec as a payload, in the table's order; only what was said. */
  public Map<String, Object> write() {
    Map<String, Object> payload = new LinkedHashMap<>();
    for (Property<?> property : ZoneProperties.list()) {
      put(payload, property);
    }
    return payload;
  }

  private <T> void put(Map<String, Object> payload, Property<T> property) {
    if (values.containsKey(property)) {
      payload.put(property.name(), property.type().write(get(property)));
    }
  }

  /**
   * The same spec, checked as if it came as a payload.
   *
   * @throws PolderException INVALID, with all that is wrong
   */
  public ZoneSpec checked() {
    return read(write());
  }

  /** How the zone runs. */
  public Brand brand() {
    return get(ZoneProperties.BRAND);
  }

  /** The zone's identity, once it has one. */
  public UUID uuid() {
    return get(ZoneProperties.ZONE_UUID);
  }

  /** Its delegated dataset as a file system, where SmartOS mounts one; empty if it has none. */
  public Optional<Filesystem> delegated() {
    return get(ZoneProperties.DELEGATE_DATASET)
        ? Optional.of(new Filesystem("", "/zones/" + uuid() + "/data", "volume", List.of()))
        : Optional.empty();
  }

  /** All volumes that it attaches: those of its file systems, and the delegated dataset. */
  public List<Filesystem> volumes() {
    return Stream.concat(
            get(ZoneProperties.FILESYSTEMS).stream().filter(Filesystem::isVolume),
            delegated().stream())
        .toList();
  }

  /** How long it has to end when it is asked to; a whole operating system has more. */
  public Duration grace() {
    return brand() == Brand.VM && !has(ZoneProperties.STOP_TIMEOUT)
        ? VmProperties.GRACE
        : Duration.ofSeconds(get(ZoneProperties.STOP_TIMEOUT));
  }

  /** What people call it: the alias, else the uuid. */
  public String name() {
    return find(ZoneProperties.ALIAS).orElseGet(() -> uuid().toString());
  }

  /**
   * The memory that all of it together may have, in MiB; empty for as much as there is. A vm has
   * what its guest has, and what QEMU needs beside that.
   */
  public Optional<Long> memory() {
    Optional<Long> asked = find(ZoneProperties.MAX_PHYSICAL_MEMORY);
    return brand() == Brand.VM
        ? asked.or(() -> Optional.of(get(VmProperties.RAM) + VmProperties.BESIDE))
        : asked;
  }

  /**
   * Refuses what is done to a zone's own files and programs where those are a guest's.
   *
   * @param verb what is done, such as "copy into"
   * @throws PolderException UNSUPPORTED for a vm
   */
  public void refuseGuests(String verb) {
    if (brand() == Brand.VM) {
      throw guests(verb);
    }
  }

  /** Why that cannot be done with a vm. */
  public PolderException guests(String verb) {
    return new PolderException(
        ErrorKind.UNSUPPORTED,
        "cannot %s zone '%s': a vm's files and programs are its guest's; use its console (polder attach)"
            .formatted(verb, name()));
  }

  /**
   * Refuses {@code verb}, which is done to a guest's machine, if this is no vm.
   *
   * @throws PolderException UNSUPPORTED
   */
  public void demandGuest(String verb) {
    if (brand() != Brand.VM) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot %s zone '%s': it is no vm, and has no machine of its own"
              .formatted(verb, name()));
    }
  }

  /** The host name inside. */
  public String hostname() {
    return find(ZoneProperties.ZONE_HOSTNAME).orElseGet(this::name);
  }

  /** The first process's program and arguments as asked; empty if the image or brand decides. */
  public List<String> command() {
    List<String> command = new ArrayList<>(find(ZoneProperties.ENTRYPOINT).orElse(List.of()));
    command.addAll(find(ZoneProperties.CMD).orElse(List.of()));
    return List.copyOf(command);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ZoneSpec spec && spec.values.equals(values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return polder.model.Json.write(write());
  }
}
