package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** SmartOS's properties that this version knows and refuses, each with the reason. */
final class RefusedProperties {
  private static final String VM =
      "only virtual machines have it, and this version's do not have it yet";
  private static final String ZFS = "it is ZFS's, and no storage driver here has it";
  private static final String RESERVATION =
      "no storage driver keeps room for one dataset; give the others a quota";
  private static final String SYSV = "Linux counts these by IPC namespace; use 'sysctls' ";

  private static final Map<String, List<String>> BY_REASON =
      Map.ofEntries(
          Map.entry(
              VM,
              List.of(
                  "bhyve_extra_opts",
                  "boot",
                  "bootrom",
                  "com1",
                  "com2",
                  "disk_driver",
                  "flexible_disk_size",
                  "pci_devices",
                  "qemu_extra_opts",
                  "qemu_opts",
                  "spice_opts",
                  "spice_password",
                  "spice_port",
                  "virtio_txburst",
                  "virtio_txtimer",
                  "vnc_password",
                  "vnc_port",
                  "zone_dataset_uuid")),
          Map.entry(
              ZFS,
              List.of(
                  "zfs_data_recsize",
                  "zfs_filesystem_limit",
                  "zfs_io_priority",
                  "zfs_root_recsize",
                  "zfs_snapshot_limit",
                  "zfs_storage_pool_name")),
          Map.entry(RESERVATION, List.of("refreservation", "reservation")),
          Map.entry(SYSV + "kernel.msgmni", List.of("max_msg_ids")),
          Map.entry(SYSV + "kernel.sem", List.of("max_sem_ids")),
          Map.entry(SYSV + "kernel.shmmni", List.of("max_shm_ids")),
          Map.entry(SYSV + "kernel.shmall", List.of("max_shm_memory")),
          Map.entry(
              "Linux limits locked memory by process; use 'ulimits' memlock",
              List.of("max_locked_memory")),
          Map.entry(
              "zones share the host's kernel and report its version", List.of("kernel_version")),
          Map.entry(
              "Polder says it with 'cmd', 'entrypoint', 'init' and 'restart'",
              List.of("docker", "restart_init")),
          Map.entry(
              "zones may mount what their user namespace allows; use 'security'",
              List.of("fs_allowed")),
          Map.entry("it is an old name; use 'image_uuid'", List.of("dataset_uuid")),
          Map.entry(
              "it is an outer manager's; use 'tags'", List.of("package_name", "package_version")),
          Map.entry(
              "Polder runs no script in a zone by itself; what runs there asks for 'user-script'",
              List.of("mdata_exec_timeout")),
          Map.entry("create returns when the zone is complete", List.of("nowait")),
          Map.entry("logs rotate by the host's configuration", List.of("zlog_max_size")),
          Map.entry("deleted zones leave nothing behind", List.of("archive_on_delete")),
          Map.entry("a zone's name is its 'alias', its identity 'uuid'", List.of("zonename")));

  private RefusedProperties() {}

  static List<Property<?>> list() {
    List<Property<?>> list = new ArrayList<>();
    BY_REASON.forEach(
        (reason, names) ->
            names.forEach(
                name ->
                    list.add(
                        Property.of(name, ANYTHING, "known from SmartOS; refused")
                            .refused(reason))));
    list.sort((a, b) -> a.name().compareTo(b.name()));
    return list;
  }

  /** Never asked to read: the refusal comes first. */
  private static final Type<Object> ANYTHING =
      new Type<>() {
        @Override
        public Object read(@Nullable Object json, String path, List<Fault> faults) {
          return json == null ? "" : json;
        }

        @Override
        public Object write(Object value) {
          return value;
        }

        @Override
        public Map<String, Object> schema() {
          return Map.of("not", Map.of());
        }

        @Override
        public String word() {
          return "-";
        }
      };
}
