package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * What one zone is told, in SmartOS's words: {@code sdc:…} is its payload as far as it is about the
 * zone and not about the host, keys of internal namespaces and those that end with {@code _pw} are
 * the operator's, all others its owner's. Only the last can be changed from inside.
 */
final class ZoneMetadata implements Metadata {
  /** What all that is set may come to, in characters: a change from inside is refused above. */
  static final int MOST_TEXT = 256 << 10;

  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final String SDC = "sdc:";
  private static final String PASSWORD = "_pw";
  private static final String OPERATOR_SCRIPT = "operator-script";
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
          "state",
          "tags",
          "tmpfs",
          "type",
          "uuid",
          "vcpus",
          "zonename");

  private final Supplier<Zone> zone;
  private final Consumer<Patch> update;

  /**
   * Of the zone that {@code zone} tells, whenever it is asked.
   *
   * @param update changes its payload, and refuses what {@link #refuseTooMuch} does
   */
  ZoneMetadata(Supplier<Zone> zone, Consumer<Patch> update) {
    this.zone = zone;
    this.update = update;
  }

  @Override
  public Optional<String> get(String key) {
    if (key.startsWith(SDC)) {
      return told(key.substring(SDC.length()));
    }
    ZoneSpec spec = zone.get().spec();
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
    ZoneSpec spec = zone.get().spec();
    Stream<String> own =
        spec.get(ZoneProperties.CUSTOMER_METADATA).keySet().stream()
            .filter(key -> !isInternal(spec, key));
    Stream<String> operators =
        spec.get(ZoneProperties.INTERNAL_METADATA).keySet().stream()
            .filter(key -> isInternal(spec, key));
    return Stream.concat(own, operators).toList();
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
    change(new Patch(Map.of("set_customer_metadata", Map.of(key, value))));
  }

  @Override
  public boolean delete(String key) {
    demandOwn(key);
    if (!zone.get().spec().get(ZoneProperties.CUSTOMER_METADATA).containsKey(key)) {
      return false;
    }
    change(new Patch(Map.of("remove_customer_metadata", List.of(key))));
    return true;
  }

  /** The zone is told what is wrong with what it wants, and not what is wrong with the host. */
  private void change(Patch patch) {
    refuseTooMuch(zone.get().spec(), patch);
    try {
      update.accept(patch);
    } catch (PolderException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "metadata that zone '%s' changes cannot be kept: %s"
              .formatted(zone.get().name(), e.getMessage()));
      throw new PolderException(e.kind(), "the host cannot keep it now", e);
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
