package polder.engine;

import java.nio.file.Path;
import java.util.Map;
import polder.brand.vm.VmBrand;
import polder.brand.zone.LxBrand;
import polder.brand.zone.NativeBrand;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.model.Brand;
import polder.model.Host;
import polder.model.Version;

/**
 * The door for programs that embed the engine: no daemon, the same host.
 *
 * <pre>{@code
 * try (Host host = Polder.open(Path.of("/srv/zones"))) {
 *   host.zones().create(ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "web"));
 * }
 * }</pre>
 *
 * <p>Needs the rights to make namespaces, mounts and control groups, which is to say root.
 */
public final class Polder {
  private Polder() {}

  /**
   * Opens the host whose configuration, state and logs lie below {@code home}, which is made if
   * need be. Zones that run there are found again; closing lets them run on.
   *
   * @throws polder.model.PolderException WRONG_STATE if another engine has it open
   */
  public static Host open(Path home) {
    return open(HostPaths.below(home));
  }

  /** Opens the host at {@code paths}: as {@link #open(Path)}. */
  public static Host open(HostPaths paths) {
    return open(paths, Failpoints.fromEnvironment());
  }

  static Host open(HostPaths paths, Failpoints failpoints) {
    return open(paths, failpoints, Namespace.NET.own());
  }

  /** Opens the host whose ends of networks are in {@code network}, which is closed with it. */
  static Host open(HostPaths paths, Failpoints failpoints, Fd network) {
    int ids = Integer.getInteger("polder.ids", IdRanges.MOST);
    return LocalHost.open(paths, Polder::brands, failpoints, ids, network);
  }

  private static Map<Brand, polder.brand.Brand> brands(Launcher launcher, HostPaths paths) {
    Path profiles = paths.config().resolve("seccomp");
    return Map.of(
        Brand.NATIVE, new NativeBrand(launcher, profiles),
        Brand.LX, new LxBrand(launcher, profiles),
        Brand.VM,
            new VmBrand(
                launcher, paths.state(), paths.run(), Boot.id(), paths.cgroups() + "-trial"));
  }

  /** This program's version. */
  public static String version() {
    return Version.ours();
  }
}
