package polder.model.json;

import static java.util.Map.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import polder.model.Brand;
import polder.model.Property;
import polder.model.ZoneProperties;

/** Valid values at random, the same for the same seed. */
final class Arbitrary {
  private final Random random;

  Arbitrary(long seed) {
    random = new Random(seed);
  }

  /** What a payload may say, property by property; one of the two ways to name the image. */
  Map<String, Supplier<Object>> properties(boolean lx) {
    Map<String, Supplier<Object>> all =
        new LinkedHashMap<>(
            Map.ofEntries(
                entry("uuid", () -> uuid().toString()),
                entry("alias", this::name),
                entry("hostname", this::name),
                entry("autoboot", this::flag),
                entry("owner_uuid", () -> uuid().toString()),
                entry("billing_id", this::line),
                entry("do_not_inventory", this::flag),
                entry("tags", this::flat),
                entry("customer_metadata", this::flat),
                entry("internal_metadata", this::flat),
                entry("internal_metadata_namespaces", () -> list(this::name)),
                entry("guest_metadata", this::flag),
                entry("entrypoint", () -> list(this::text)),
                entry("cmd", () -> list(this::text)),
                entry("env", () -> map(() -> name().toUpperCase(java.util.Locale.ROOT))),
                entry("workdir", this::path),
                entry("user", this::name),
                entry("tty", this::flag),
                entry("open_stdin", this::flag),
                entry("init", this::flag),
                entry(
                    "restart", () -> pick("no", "always", "unless-stopped", "on-failure:" + one())),
                entry("stop_signal", () -> pick("TERM", "SIGINT", "RTMIN+3", "15", "64")),
                entry("stop_timeout", () -> number(0, 86_400)),
                entry("healthcheck", this::healthcheck),
                entry("max_physical_memory", () -> number(1, 1L << 20)),
                entry("max_lwps", () -> number(1, 4_194_304)),
                entry("cpu_shares", () -> number(1, 65_535)),
                entry("cpu_cap", () -> number(1, 1_000_000)),
                entry("quota", () -> number(0, 1L << 20)),
                entry("zpool", () -> "pool-" + number(0, 1000)),
                entry("snapshot_schedule", () -> Map.of("hourly", number(1, 24))),
                entry("tmpfs", () -> number(0, 1L << 30)),
                entry("ulimits", () -> Map.of("nofile", Map.of("soft", 10L, "hard", one() + 10))),
                entry("sysctls", () -> Map.of("net.core.somaxconn", String.valueOf(one()))),
                entry("filesystems", this::filesystems),
                entry("devices", this::devices),
                entry("nics", this::nics),
                entry("routes", () -> Map.of()),
                entry("dns_domain", this::name),
                entry("firewall_enabled", this::flag),
                entry("resolvers", () -> List.of("10.0.0." + number(1, 254), "fd00::1")),
                entry("maintain_resolvers", this::flag),
                entry("security", this::security),
                entry("limit_priv", () -> List.of("default", "-net_raw")),
                entry("zfs_root_compression", () -> pick("on", "off", "lz4", "gzip-9")),
                entry("delegate_dataset", () -> true),
                entry("zfs_data_compression", () -> pick("zstd", "off")),
                entry("keep_on_delete", () -> number(0, 86_400)),
                entry("indestructible_delegated", this::flag),
                entry("indestructible_zoneroot", this::flag)));
    if (lx) {
      all.put("image_uuid", () -> uuid().toString());
    }
    return all;
  }

  /** What the payload of a virtual machine alone may say. */
  Map<String, Supplier<Object>> machine() {
    return Map.ofEntries(
        entry("ram", () -> number(16, 1L << 20)),
        entry("vcpus", () -> number(1, 64)),
        entry("cpu_type", () -> pick("host", "qemu64", "Skylake-Server")),
        entry("accel", () -> pick("auto", "kvm", "tcg")),
        entry("machine", () -> pick("q35", "pc")),
        entry("vga", () -> pick("none", "std")),
        entry("kernel", this::path),
        entry("initrd", this::path),
        entry("cmdline", () -> pick("", "console=ttyS0 -- x,y")),
        entry("nic_driver", () -> pick("virtio", "e1000", "rtl8139")),
        entry(
            "cloud_init", () -> Map.of("user_data", "#!/bin/sh\n", "meta_data", Map.of("a", "b"))),
        entry("disks", this::disks));
  }

  private Object disks() {
    return List.of(
        Map.of("size", number(1, 1L << 30), "boot", flag(), "model", pick("virtio", "nvme")),
        Map.of(
            "path",
            "data.raw",
            "source",
            path(),
            "model",
            pick("scsi", "ide"),
            "format",
            pick("raw", "qcow2")),
        Map.of("media", "cdrom", "source", path()));
  }

  private Map<String, Object> machinePayload() {
    Map<String, Object> payload = new LinkedHashMap<>();
    Map<String, Supplier<Object>> common = properties(false);
    for (Property<?> property : ZoneProperties.list()) {
      Supplier<Object> value = common.get(property.name());
      boolean fits = property.brands().contains(Brand.VM) && !property.name().endsWith("_memory");
      if (value != null && fits && flag()) { // what memory it needs follows from its own
        payload.put(property.name(), value.get());
      }
    }
    machine()
        .forEach(
            (name, value) -> {
              if (flag() || name.equals("kernel") || name.equals("cloud_init")) {
                payload.put(name, value.get());
              }
            });
    payload.put("brand", pick("vm", "kvm", "bhyve"));
    return payload;
  }

  /** A payload with some of the properties. */
  Map<String, Object> payload() {
    if (one() > 75) {
      return machinePayload();
    }
    boolean lx = flag();
    Map<String, Object> payload = new LinkedHashMap<>();
    properties(lx)
        .forEach(
            (name, value) -> {
              if (flag() || name.equals("image_uuid")) {
                payload.put(name, value.get());
              }
            });
    if (!payload.containsKey("delegate_dataset")) {
      payload.remove("zfs_data_compression");
      payload.remove("indestructible_delegated");
    }
    payload.put("brand", lx ? "lx" : "native");
    return payload;
  }

  boolean flag() {
    return random.nextBoolean();
  }

  long number(long least, long most) {
    return random.nextLong(least, most + 1);
  }

  long one() {
    return number(1, 99);
  }

  int small() {
    return random.nextInt(4);
  }

  UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  Instant time() {
    return Instant.ofEpochSecond(number(0, 4_000_000_000L), number(0, 999_999_999));
  }

  <T> Optional<T> maybe(Supplier<T> value) {
    return flag() ? Optional.of(value.get()) : Optional.empty();
  }

  <T> List<T> list(Supplier<T> item) {
    List<T> list = new ArrayList<>();
    for (int i = small(); i >= 0; i--) {
      list.add(item.get());
    }
    return list;
  }

  Map<String, String> map(Supplier<String> name) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = small(); i >= 0; i--) {
      map.put(name.get(), text());
    }
    return map;
  }

  @SafeVarargs
  final <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  String name() {
    return pick("web", "db", "n0", "a-b", "x") + number(0, 999_999);
  }

  String line() {
    return pick("", "-rf", "ünïcode 😀", "a b\tc", "\"quoted\\\"", "{}", "null");
  }

  String text() {
    return line() + pick("", "\n", "\n\n-x\n");
  }

  /** Text with everything in it, as terminals write it. */
  String raw() {
    return text() + pick("", "\u0000", "\u001b[1m", "\r\n", "\u007f\ufffd");
  }

  String path() {
    return "/" + name() + pick("", "/x", "/..x", "/a b");
  }

  private Map<String, Object> flat() {
    Map<String, Object> flat = new LinkedHashMap<>();
    flat.put(name(), text());
    flat.put(name() + ".n", number(Long.MIN_VALUE, Long.MAX_VALUE - 1));
    flat.put("d", random.nextDouble());
    flat.put("b", flag());
    return flat;
  }

  private Object filesystems() {
    return List.of(
        Map.of("source", path(), "target", "/mnt" + path(), "type", "lofs", "options", list("ro")),
        Map.of("source", "data/a b", "target", "/vol" + path(), "type", "volume"),
        Map.of("target", "/own" + path(), "type", "volume", "options", list("ro")),
        Map.of("target", "/scratch" + path(), "type", "tmpfs", "options", List.of("size=64m")));
  }

  private static List<String> list(String one) {
    return List.of(one);
  }

  private Object devices() {
    return List.of(Map.of("path", "/dev/fuse", "target", path(), "access", "rw"));
  }

  private Object nics() {
    return List.of(
        Map.of(
            "interface",
            "net" + one(),
            "mac",
            "02:00:00:00:00:%02x".formatted(number(1, 255)),
            "nic_tag",
            name().substring(0, 1) + one(),
            "ips",
            List.of("10.1.0.%d/24".formatted(number(2, 254)), "addrconf"),
            "mtu",
            number(576, 9000),
            "allow_ip_spoofing",
            true,
            "allowed_ips",
            List.of("10.2.0.0/16", "fd00::" + one()),
            "ports",
            List.of(
                "127.0.0.1:%d:80".formatted(number(1, 65_535)), "[2001:db8::1]:53:53/udp", "7")),
        Map.of(
            "network_uuid",
            uuid().toString(),
            "primary",
            true,
            "bandwidth",
            Map.of("in", "100M", "out", (one() + 7) + "k", "in_burst", "1M")));
  }

  private Object healthcheck() {
    return Map.of(
        "test",
        List.of("true"),
        "interval",
        one(),
        "timeout",
        one(),
        "retries",
        one(),
        "start_period",
        number(0, 60));
  }

  private Object security() {
    return Map.of(
        "cap_add", List.of("NET_ADMIN"),
        "cap_drop", List.of("ALL"),
        "seccomp", pick("default", "docker", "unconfined"),
        "no_new_privs", flag(),
        "read_only_root", flag(),
        "userns", flag());
  }
}
