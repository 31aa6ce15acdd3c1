package polder.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The table of what a payload may hold. Names are SmartOS's where SmartOS has the thing.
 *
 * <p>One row is the whole truth about a property: {@link ZoneSpec} validates by it, the planner
 * asks it when a change takes hold, {@code polder schema} and the manual are written from it.
 */
public final class ZoneProperties {
  private static final Pattern HOSTNAME =
      Pattern.compile(
          "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*");
  private static final Type<Long> MIB = Types.integer(1, 1L << 30);

  // Who it is
  public static final Property<UUID> ZONE_UUID =
      Property.of("uuid", Types.UUID_TYPE, "identity; generated if absent")
          .fixed("it is the zone's identity");
  public static final Property<String> ALIAS =
      Property.of(
              "alias",
              Types.text(
                  Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?"),
                  "a-z, 0-9, inner '.' and '-', 63 at most",
                  63),
              "name, unique on its host")
          .live();
  public static final Property<String> ZONE_HOSTNAME =
      Property.of(
              "hostname",
              Types.text(
                  HOSTNAME, "letters, digits, inner '-', labels joined by '.', 64 at most", 64),
              "host name inside; the alias, else the uuid, if absent")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Brand> BRAND =
      Property.of(
              "brand",
              Types.mapped(
                  Types.word("native", "lx", "vm", "joyent", "joyent-minimal", "kvm", "bhyve"),
                  w -> Brand.of(w).orElseThrow(),
                  Brand::word),
              "native shares the host's userland, lx has one of its own, vm a kernel of its own")
          .fixed("a zone's brand is decided at creation");
  public static final Property<UUID> IMAGE_UUID =
      Property.of("image_uuid", Types.UUID_TYPE, "the image that the root is made from")
          .only(Brand.LX)
          .fixed("a root stays what it was made from");
  public static final Property<String> IMAGE =
      Property.of("image", Types.LINE, "the image by name[:tag] or digest; becomes image_uuid")
          .only(Brand.LX)
          .fixed("a root stays what it was made from");
  public static final Property<Boolean> AUTOBOOT =
      Property.of("autoboot", Types.BOOLEAN, "started with the host; start and stop set it")
          .otherwise(true)
          .live();
  public static final Property<String> OWNER_UUID =
      Property.of("owner_uuid", Types.LINE, "tenant it belongs to")
          .otherwise("00000000-0000-0000-0000-000000000000")
          .live();
  public static final Property<String> BILLING_ID =
      Property.of("billing_id", Types.LINE, "billing category").live();
  public static final Property<Boolean> DO_NOT_INVENTORY =
      Property.of("do_not_inventory", Types.BOOLEAN, "hide it from outer managers")
          .otherwise(false)
          .live();
  public static final Property<Map<String, Object>> TAGS =
      Property.of("tags", Types.FLAT, "labels").otherwise(Map.of()).live();
  public static final Property<Map<String, Object>> CUSTOMER_METADATA =
      Property.of("customer_metadata", Types.FLAT, "key/value store of the zone's owner")
          .otherwise(Map.of())
          .live();
  public static final Property<Map<String, Object>> INTERNAL_METADATA =
      Property.of("internal_metadata", Types.FLAT, "key/value store of the operator")
          .otherwise(Map.of())
          .live();
  public static final Property<List<String>> INTERNAL_METADATA_NAMESPACES =
      Property.of(
              "internal_metadata_namespaces",
              Types.list(
                  Types.text(
                      Pattern.compile("[A-Za-z0-9_.][A-Za-z0-9_.-]{0,63}"),
                      "the part of a key before its colon",
                      64)),
              "what inside is told from internal_metadata: the keys that begin with one, and ':'")
          .otherwise(List.of())
          .live();
  public static final Property<Boolean> GUEST_METADATA =
      Property.of(
              "guest_metadata",
              Types.BOOLEAN,
              "whether inside its metadata is told and changed, as SmartOS's mdata-get asks")
          .otherwise(true);

  // What it runs
  public static final Property<List<String>> ENTRYPOINT =
      Property.of("entrypoint", Types.list(Types.TEXT), "program and first arguments; before cmd")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<List<String>> CMD =
      Property.of("cmd", Types.list(Types.TEXT), "program and arguments of the zone's main process")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Map<String, String>> ENV =
      Property.of(
              "env",
              Types.map(
                  Pattern.compile("[^=\\x00-\\x20\\x7f][^=\\x00-\\x1f\\x7f]{0,254}"), Types.TEXT),
              "environment")
          .otherwise(Map.of())
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<String> WORKDIR =
      Property.of("workdir", Types.PATH, "working directory; / if absent")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<String> USER =
      Property.of(
              "user",
              Types.text(
                  Pattern.compile(
                      "[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,63}(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,63})?"),
                  "a name or number, and :group",
                  129),
              "user[:group] of the main process; root if absent")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Boolean> TTY =
      Property.of("tty", Types.BOOLEAN, "the main process gets a terminal")
          .otherwise(false)
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Boolean> OPEN_STDIN =
      Property.of(
              "open_stdin",
              Types.BOOLEAN,
              "the main process's input, or a vm's console's, can be attached to")
          .otherwise(false);
  public static final Property<Boolean> INIT =
      Property.of(
              "init",
              Types.BOOLEAN,
              "Polder's own first process reaps orphans and passes signals on; false with init_name")
          .otherwise(true)
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<String> INIT_NAME =
      Property.of("init_name", Types.PATH, "the userland's own init, run as first process")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<RestartPolicy> RESTART =
      Property.of(
              "restart",
              Types.mapped(Types.LINE, RestartPolicy::of, RestartPolicy::word),
              "no, on-failure[:N], always, unless-stopped")
          .otherwise(RestartPolicy.NO)
          .live();
  public static final Property<String> STOP_SIGNAL =
      Property.of(
              "stop_signal",
              Types.text(
                  Pattern.compile(
                      "(SIG)?[A-Z][A-Z0-9]{1,9}([+-][0-9]{1,2})?|[1-9]|[1-5][0-9]|6[0-4]"),
                  "a signal's name or number",
                  16),
              "signal that asks the first process to end; TERM, or RTMIN+3 with init_name")
          .live()
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Long> STOP_TIMEOUT =
      Property.of(
              "stop_timeout",
              Types.integer(0, 86_400),
              "seconds of grace before SIGKILL; 60 for a vm")
          .otherwise(10L)
          .live();
  public static final Property<Healthcheck> HEALTHCHECK =
      Property.of(
              "healthcheck",
              SpecTypes.HEALTHCHECK,
              "how to tell whether it is well; as the image says if absent")
          .live()
          .only(Brand.NATIVE, Brand.LX);

  // What it may use
  public static final Property<Long> MAX_PHYSICAL_MEMORY =
      Property.of("max_physical_memory", MIB, "memory, MiB").live();
  public static final Property<Long> MAX_SWAP =
      Property.of("max_swap", MIB, "memory and swap together, MiB").live();
  public static final Property<Long> MAX_LWPS =
      Property.of("max_lwps", Types.integer(1, 4_194_304), "processes and threads")
          .otherwise(2000L)
          .live();
  public static final Property<Long> CPU_SHARES =
      Property.of("cpu_shares", Types.integer(1, 65_535), "share of the CPU under contention")
          .otherwise(100L)
          .live();
  public static final Property<Long> CPU_CAP =
      Property.of("cpu_cap", Types.integer(1, 1_000_000), "hard limit, percent of one CPU").live();
  public static final Property<Long> QUOTA =
      Property.of("quota", Types.integer(0, 1L << 20), "size of the root, GiB; 0 for none")
          .otherwise(0L)
          .live();
  public static final Property<String> ZPOOL =
      Property.of(
              "zpool",
              Types.text(
                  Pattern.compile("[a-z][a-z0-9_-]{0,31}"),
                  "a-z, 0-9, '_', '-', a letter first, 32 at most",
                  32),
              "the pool that its dataset lies in")
          .otherwise(Pool.DEFAULT)
          .fixed("a dataset stays in its pool");
  public static final Property<String> ROOT_COMPRESSION =
      Property.of(
              "zfs_root_compression",
              DataCompression.WORD,
              "how what is written to the root from now on is made smaller; on btrfs: lzo for on,"
                  + " lz4 and lzjb, zlib for gzip, zstd")
          .otherwise(DataCompression.OFF)
          .live();
  public static final Property<Boolean> DELEGATE_DATASET =
      Property.of(
              "delegate_dataset",
              Types.BOOLEAN,
              "a dataset of the zone's own beside the root, at /zones/UUID/data in it")
          .otherwise(false)
          .fixed("it is made with its zone")
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<String> DATA_COMPRESSION =
      Property.of(
              "zfs_data_compression",
              DataCompression.WORD,
              "as zfs_root_compression, for the delegated dataset")
          .otherwise(DataCompression.OFF)
          .live()
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<SnapshotSchedule> SNAPSHOT_SCHEDULE =
      Property.of(
              "snapshot_schedule",
              SpecTypes.SCHEDULE,
              "snapshots that are taken by themselves: how many are kept of each period")
          .live();
  public static final Property<Long> TMPFS =
      Property.of(
              "tmpfs",
              Types.integer(0, 1L << 30),
              "size of /tmp in memory, MiB; 0 keeps /tmp on disk")
          .otherwise(0L)
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Map<String, Ulimit>> ULIMITS =
      Property.of(
              "ulimits",
              Types.map(
                  Pattern.compile(
                      "as|core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack"),
                  SpecTypes.ULIMIT),
              "limits of its processes: setrlimit(2) names in lower case")
          .otherwise(Map.of())
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Map<String, String>> SYSCTLS =
      Property.of(
              "sysctls",
              Types.map(Pattern.compile("[a-z0-9_]+(\\.[a-z0-9_-]+)+"), Types.LINE),
              "kernel settings of its own namespaces")
          .otherwise(Map.of())
          .only(Brand.NATIVE, Brand.LX);

  // What it sees
  public static final Property<List<Filesystem>> FILESYSTEMS =
      Property.of("filesystems", Types.list(SpecTypes.FILESYSTEM), "file systems beside the root")
          .otherwise(List.of())
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<List<Device>> DEVICES =
      Property.of("devices", Types.list(SpecTypes.DEVICE), "devices beside the default ones")
          .otherwise(List.of())
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<List<Nic>> NICS =
      Property.of("nics", Types.list(NicType.NIC), "network cards; none: the loopback alone")
          .otherwise(List.of())
          .live();
  public static final Property<Boolean> FIREWALL_ENABLED =
      Property.of(
              "firewall_enabled",
              Types.BOOLEAN,
              "firewall rules are in force for it: nothing gets in that none allows")
          .otherwise(false)
          .live();
  public static final Property<Map<String, String>> ROUTES =
      Property.of(
              "routes",
              Types.map(
                  Pattern.compile("[0-9a-fA-F:.]{2,39}(/[0-9]{1,3})?"),
                  Types.text(
                      Pattern.compile(
                          "[0-9a-fA-F:.]{2,39}|nics\\[[0-9]{1,2}]|macs\\[[0-9a-fA-F:]{11,17}]"),
                      "a gateway's address, nics[N] or macs[MAC]",
                      64)),
              "networks, and by whom or which nic they are reached")
          .otherwise(Map.of())
          .live();
  public static final Property<String> DNS_DOMAIN =
      Property.of("dns_domain", Types.text(HOSTNAME, "a domain name", 253), "search domain")
          .otherwise("local");
  public static final Property<List<String>> RESOLVERS =
      Property.of(
              "resolvers",
              Types.list(
                  Types.text(
                      Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]{2,45}"), "an IP address", 45)),
              "DNS servers")
          .otherwise(List.of());
  public static final Property<Boolean> MAINTAIN_RESOLVERS =
      Property.of("maintain_resolvers", Types.BOOLEAN, "rewrite /etc/resolv.conf at each start")
          .otherwise(false)
          .only(Brand.NATIVE, Brand.LX);

  // What keeps it in
  public static final Property<Security> SECURITY =
      Property.of("security", SpecTypes.SECURITY, "where it differs from the default sandbox")
          .otherwise(Security.DEFAULT)
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<List<String>> LIMIT_PRIV =
      Property.of(
              "limit_priv",
              Types.list(
                  Types.text(
                      Pattern.compile("[-!]?[a-zA-Z_]{2,40}"),
                      "default, or a capability, '-' before it to leave it out",
                      41)),
              "ceiling of capabilities: default, NAME, -NAME")
          .otherwise(List.of("default"))
          .only(Brand.NATIVE, Brand.LX);
  public static final Property<Long> KEEP_ON_DELETE =
      Property.of(
              "keep_on_delete",
              Types.integer(0, DeletedZone.LONGEST),
              "seconds for which it can be undeleted; 0 to have it go at once")
          .otherwise(0L)
          .live();
  public static final Property<Boolean> INDESTRUCTIBLE_ZONEROOT =
      Property.of("indestructible_zoneroot", Types.BOOLEAN, "refuse to delete it")
          .otherwise(false)
          .live();
  public static final Property<Boolean> INDESTRUCTIBLE_DELEGATED =
      Property.of(
              "indestructible_delegated",
              Types.BOOLEAN,
              "refuse to delete it, for its delegated dataset's sake")
          .otherwise(false)
          .live()
          .only(Brand.NATIVE, Brand.LX);

  private static final Map<String, Property<?>> ALL = all();

  private ZoneProperties() {}

  /** Every property that is known, those that are refused too, in the order of a payload. */
  public static List<Property<?>> list() {
    return List.copyOf(ALL.values());
  }

  /** The property of that name. */
  public static Optional<Property<?>> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** The known name that {@code typed} comes nearest to. */
  public static String nearest(String typed) {
    return Nearest.of(typed, ALL.keySet());
  }

  private static Map<String, Property<?>> all() {
    Map<String, Property<?>> all = new LinkedHashMap<>();
    for (Property<?> property :
        List.of(
            ZONE_UUID,
            ALIAS,
            ZONE_HOSTNAME,
            BRAND,
            IMAGE_UUID,
            IMAGE,
            AUTOBOOT,
            OWNER_UUID,
            BILLING_ID,
            DO_NOT_INVENTORY,
            TAGS,
            CUSTOMER_METADATA,
            INTERNAL_METADATA,
            INTERNAL_METADATA_NAMESPACES,
            GUEST_METADATA,
            ENTRYPOINT,
            CMD,
            ENV,
            WORKDIR,
            USER,
            TTY,
            OPEN_STDIN,
            INIT,
            INIT_NAME,
            RESTART,
            STOP_SIGNAL,
            STOP_TIMEOUT,
            HEALTHCHECK,
            MAX_PHYSICAL_MEMORY,
            MAX_SWAP,
            MAX_LWPS,
            CPU_SHARES,
            CPU_CAP,
            QUOTA,
            ZPOOL,
            ROOT_COMPRESSION,
            DELEGATE_DATASET,
            DATA_COMPRESSION,
            SNAPSHOT_SCHEDULE,
            TMPFS,
            ULIMITS,
            SYSCTLS,
            FILESYSTEMS,
            DEVICES,
            NICS,
            FIREWALL_ENABLED,
            ROUTES,
            DNS_DOMAIN,
            RESOLVERS,
            MAINTAIN_RESOLVERS,
            SECURITY,
            LIMIT_PRIV,
            KEEP_ON_DELETE,
            INDESTRUCTIBLE_ZONEROOT,
            INDESTRUCTIBLE_DELEGATED)) {
      all.put(property.name(), property);
    }
    for (Property<?> property : VmProperties.list()) {
      all.put(property.name(), property);
    }
    for (Property<?> property : RefusedProperties.list()) {
      all.put(property.name(), property);
    }
    return java.util.Collections.unmodifiableMap(all);
  }
}
