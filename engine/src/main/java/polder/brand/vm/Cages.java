package polder.brand.vm;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import polder.model.Brand;
import polder.model.Device;
import polder.model.Filesystem;
import polder.model.Security;
import polder.model.Ulimit;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** The zone that QEMU runs in, as a spec. Looks at nothing but its arguments. */
final class Cages {
  /** Its root cannot be written, and it has no capability. */
  private static final Security SECURITY =
      new Security(List.of(), List.of("ALL"), "default", true, true, true);

  private static final Map<String, Ulimit> LIMITS =
      Map.of("nofile", new Ulimit(2048, 2048), "core", new Ulimit(0, 0));

  private Cages() {}

  /**
   * A cage for {@code command}.
   *
   * @param name what it is called, in errors too
   * @param limits beside those of every cage
   */
  static ZoneSpec of(
      String name,
      UUID uuid,
      List<String> command,
      Accelerator accelerator,
      Path kvm,
      Map<String, Ulimit> limits) {
    return ZoneSpec.of(Brand.NATIVE)
        .with(ZoneProperties.ZONE_UUID, uuid)
        .with(ZoneProperties.ALIAS, name)
        .with(ZoneProperties.CMD, command)
        .with(ZoneProperties.INIT, false)
        .with(ZoneProperties.SECURITY, SECURITY)
        .with(ZoneProperties.ULIMITS, both(limits))
        .with(
            ZoneProperties.DEVICES,
            accelerator == Accelerator.KVM
                ? List.of(new Device(kvm.toString(), "/dev/kvm", "rw"))
                : List.of())
        .with(
            ZoneProperties.FILESYSTEMS,
            List.of(
                new Filesystem(
                    "",
                    QemuCommand.CONTROL,
                    "tmpfs",
                    List.of("noexec", "size=" + Machine.ROOM, "mode=0700"))));
  }

  private static Map<String, Ulimit> both(Map<String, Ulimit> more) {
    Map<String, Ulimit> all = new HashMap<>(LIMITS);
    all.putAll(more);
    return Map.copyOf(all);
  }
}
