package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import polder.metadata.Metadata;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * What one zone is told, in SmartOS's words: {@code sdc:…} is its payload as far as it is about the
 * zone and not about the host, keys of internal namespaces and those that end with {@code _pw} are
 * the operator's, all others its owner's. Only the last can be changed from inside. Where the zone
 * has a delegated dataset, {@code snapshot:NAME} is a snapshot that it took of itself.
 */
final class ZoneMetadata implements Metadata {
  /** What all that is set may come to, in characters: a change from inside is refused above. */
  static final int MOST_TEXT = 256 << 10;

  /** How many snapshots of itself a zone may have that it took. */
  static final int MOST_SNAPSHOTS = 32;

  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final String SDC = "sdc:";
  private static final String PASSWORD = "_pw";
  private static final String OPERATOR_SCRIPT = "operator-script";
  private static final String SNAPSHOT = "snapshot:";
  private static final String TAKEN_INSIDE = "inside:"; // so its owner's are out of its reach
  private static final String ROLLBACK = "rollback";
  private static final Set<ErrorKind> ITS_OWN_FAULTS =
      Set.of(
          ErrorKind.INVALID,
          ErrorKind.DENIED,
          ErrorKind.EXISTS,
          ErrorKind.NOT_FOUND,
          ErrorKind.UNSUPPORTED);
  private static final Pattern BY_NIC = Pattern.compile("nics\\[([0-9]{1,4})]");

  /**
   * What is told of the payload and of the zone; nothing else is, least of all the host's paths.
   */
  private static final Set<String> TOLD =
      Set.of(
          "alias",
          "autoboot",
          "billing_id",
          "boot_timestamp",
          "brand",
          "cpu_cap",
          "cpu_shares",
          "create_timestamp",
          "delegate_dataset",
          "dns_domain",
          "do_not_inventory",
          "firewall_enabled",
          "hostname",
          "image_uuid",
          "init_restarts",
          "internal_metadata_namespaces",
          "last_modified",
          "limit_priv",
          "maintain_resolvers",
          "max_lwps",
          "max_physical_memory",
          "max_swap",
          "nics",
          "owner_uuid",
          "quota",
          "ram",
          "resolvers",
          "routes",
          "snapshots",
          "state",
          "tags",
          "tmpfs",
          "type",
          "uuid",
          "vcpus",
          "zonename");

  private final Supplier<Zone> zone;
  private final Inside inside;

  /** Of the zone that {@code zone} tells, whenever it is asked. */
  ZoneMetadata(Supplier<Zone> zone, Inside inside) {
    this.zone = zone;
    this.inside = inside;
  }

  @Override
  public Optional<String> get(String key) {
    if (key.startsWith(SDC)) {
      return told(key.substring(SDC.length()));
    }
    Zone now = zone.get();
    ZoneSpec spec = now.spec();
    if (isSnapshot(spec, key)) {
      return find(now, snapshot(key)).map(taken -> taken.created().toString());
    }
    Map<String, Object> store =
        spec.get(
            isInternal(spec, key)
                ? ZoneProperties.INTERNAL_METADATA
                : ZoneProperties.CUSTOMER_METADATA);
    return Optional.ofNullable(store.get(key)).map(ZoneMetadata::text);
  }

  private Optional<String> told(String name) {
    Zone now = zone.get();
    if (name.equals(OPERATOR_SCRIPT)) {
      Object script = now.spec().get(ZoneProperties.INTERNAL_METADATA).get(name);
      return Optional.ofNullable(script).map(ZoneMetadata::text);
    }
    Map<String, Object> tree = new LinkedHashMap<>(now.write());
    tree.keySet().retainAll(TOLD);
    tree.put("zonename", now.uuid().toString());
    tree.put("hostname", now.spec().hostname());
    tree.putIfAbsent("owner_uuid", now.spec().get(ZoneProperties.OWNER_UUID));
    if (tree.get("routes") instanceof Map<?, ?> routes) {
      tree.put("routes", routes(routes, tree.get("nics")));
    }
    return Optional.ofNullable(find(tree, name)).map(ZoneMetadata::text);
  }

  /** What {@code path} leads to: a name, or names and numbers with dots between them. */
  private static @Nullable Object find(Object tree, String path) {
    if (tree instanceof Map<?, ?> map && map.containsKey(path)) {
      return map.get(path);
    }
    int dot = path.indexOf('.');
    Object next = null;
    if (tree instanceof Map<?, ?> map && dot > 0) {
      next = map.get(path.substring(0, dot));
    } else if (tree instanceof List<?> list) {
      String index = dot < 0 ? path : path.substring(0, dot);
      next = index.matches("[0-9]{1,4}") ? at(list, Integer.parseInt(index)) : null;
      if (dot < 0) {
        return next;
      }
    }
    return next == null ? null : find(next, path.substring(dot + 1));
  }

  private static @Nullable Object at(List<?> list, int index) {
    return index < list.size() ? list.get(index) : null;
  }

  /** As SmartOS tells them: a list, in which a route by a nic has that nic's address. */
  private static List<Object> routes(Map<?, ?> routes, @Nullable Object nics) {
    List<Object> list = new ArrayList<>();
    routes.forEach(
        (to, by) -> {
          Matcher nic = BY_NIC.matcher(String.valueOf(by));
          boolean local = nic.matches();
          @Nullable Object gateway = by;
          if (local) {
            gateway = nics == null ? null : find(nics, nic.group(1) + ".ips.0");
          }
          if (gateway != null) {
            String address = String.valueOf(gateway).replaceFirst("/.*", "");
            Map<String, Object> route = new LinkedHashMap<>();
            route.put("linklocal", local);
            route.put("dst", String.valueOf(to));
            route.put("gateway", address);
            list.add(route);
          }
        });
    return list;
  }

  private static String text(Object value) {
    return value instanceof Map<?, ?> || value instanceof List<?>
        ? Json.write(value)
        : String.valueOf(value);
  }

  @Override
  public List<String> keys() {
    Zone now = zone.get();
    ZoneSpec spec = now.spec();
    Stream<String> own =
        spec.get(ZoneProperties.CUSTOMER_METADATA).keySet().stream()
            .filter(key -> !isInternal(spec, key) && !isSnapshot(spec, key));
    Stream<String> operators =
        spec.get(ZoneProperties.INTERNAL_METADATA).keySet().stream()
            .filter(key -> isInternal(spec, key));
    Stream<String> snapshots =
        now.snapshots().stream()
            .filter(ZoneMetadata::isTakenInside)
            .map(taken -> SNAPSHOT + taken.name().substring(TAKEN_INSIDE.length()))
            .filter(key -> isSnapshot(spec, key));
    return Stream.of(own, operators, snapshots).flatMap(keys -> keys).toList();
  }

  private static boolean isTakenInside(Snapshot snapshot) {
    return snapshot.name().startsWith(TAKEN_INSIDE);
  }

  private static boolean isSnapshot(ZoneSpec spec, String key) {
    return key.startsWith(SNAPSHOT) && spec.delegated().isPresent() && !isInternal(spec, key);
  }

  /** What the snapshot is called that {@code key} means. */
  private static String snapshot(String key) {
    return TAKEN_INSIDE + key.substring(SNAPSHOT.length());
  }

  private static Optional<Snapshot> find(Zone zone, String snapshot) {
    return zone.snapshots().stream().filter(each -> each.name().equals(snapshot)).findFirst();
  }

  private static boolean isInternal(ZoneSpec spec, String key) {
    int colon = key.indexOf(':');
    return key.endsWith(PASSWORD)
        || (colon >= 0
            && spec.get(ZoneProperties.INTERNAL_METADATA_NAMESPACES)
                .contains(key.substring(0, colon)));
  }

  @Override
  public void put(String key, String value) {
    demandOwn(key);
    if (isSnapshot(zone.get().spec(), key)) {
      String _ = Snapshot.checkName(key.substring(SNAPSHOT.length()));
      String snapshot = Snapshot.checkName(snapshot(key)); // which is longer
      switch (value.strip()) {
        case "" -> attempt(ITS_OWN_FAULTS, () -> inside.snapshot(snapshot));
        case ROLLBACK -> attempt(ITS_OWN_FAULTS, () -> inside.rollBack(snapshot));
        default ->
            throw new PolderException(
                ErrorKind.INVALID,
                "nothing takes a snapshot, 'rollback' goes back to it; there is no other value");
      }
    } else {
      change(new Patch(Map.of("set_customer_metadata", Map.of(key, value))));
    }
  }

  @Override
  public boolean delete(String key) {
    demandOwn(key);
    if (isSnapshot(zone.get().spec(), key)) {
      Optional<Snapshot> taken = find(zone.get(), snapshot(key));
      taken.ifPresent(each -> attempt(ITS_OWN_FAULTS, () -> inside.remove(each.name())));
      return taken.isPresent();
    }
    if (!zone.get().spec().get(ZoneProperties.CUSTOMER_METADATA).containsKey(key)) {
      return false;
    }
    change(new Patch(Map.of("remove_customer_metadata", List.of(key))));
    return true;
  }

  private void change(Patch patch) {
    refuseTooMuch(zone.get().spec(), patch);
    attempt(Set.of(), () -> inside.update(patch)); // what is wrong may be with its file systems
  }

  /** The zone is told what is wrong with what it wants, and not what is wrong with the host. */
  private void attempt(Set<ErrorKind> told, Runnable work) {
    try {
      work.run();
    } catch (PolderException e) {
      if (told.contains(e.kind())) {
        throw e;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "what zone '%s' asks for from inside cannot be done: %s"
              .formatted(zone.get().name(), e.getMessage()));
      throw new PolderException(e.kind(), "the host cannot do it now", e);
    }
  }

  /**
   * Refuses a snapshot from inside if there are too many of those.
   *
   * @param there all of the zone's
   */
  static void refuseTooMany(List<Snapshot> there) {
    if (there.stream().filter(ZoneMetadata::isTakenInside).count() >= MOST_SNAPSHOTS) {
      throw new PolderException(
          ErrorKind.DENIED,
          "%d snapshots are allowed from inside; remove one first".formatted(MOST_SNAPSHOTS));
    }
  }

  private void demandOwn(String key) {
    if (key.startsWith(SDC) || isInternal(zone.get().spec(), key)) {
      throw new PolderException(
          ErrorKind.DENIED, "'%s' can only be read from inside".formatted(key));
    }
    if (key.chars().anyMatch(Character::isWhitespace)) {
      throw new PolderException(ErrorKind.INVALID, "a key has no spaces");
    }
  }

  /**
   * Refuses a change from inside that makes too much of it; with the zone's lock.
   *
   * @param before what it is to be made of
   */
  static void refuseTooMuch(ZoneSpec before, Patch patch) {
    long had = size(before);
    long has = size(patch.applyTo(before));
    if (has > MOST_TEXT && has > had) {
      throw new PolderException(
          ErrorKind.NO_ROOM,
          "customer_metadata would be %,d characters; %,d are allowed from inside"
              .formatted(has, MOST_TEXT));
    }
  }

  private static long size(ZoneSpec spec) {
    return spec.get(ZoneProperties.CUSTOMER_METADATA).entrySet().stream()
        .mapToLong(entry -> entry.getKey().length() + text(entry.getValue()).length())
        .sum();
  }
}
