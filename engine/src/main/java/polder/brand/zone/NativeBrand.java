package polder.brand.zone;

import java.nio.file.Path;
import java.util.List;
import polder.brand.Lan;
import polder.brand.RootFiles;
import polder.linux.Directory;
import polder.linux.Launcher;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Zones that share the host's userland, read-only and live, and have all the rest of their own.
 * Their root is a tree.
 */
public final class NativeBrand extends ZoneBrand {
  private static final Path HOST = Path.of("/");

  private final HostUserland userland = new HostUserland(HOST);
  private final NativeSeed seed = new NativeSeed(HOST);

  /** Profiles of the administrator's are {@code NAME.json} in {@code seccompDirectory}. */
  public NativeBrand(Launcher launcher, Path seccompDirectory) {
    super(launcher, seccompDirectory);
  }

  @Override
  public void install(ZoneSpec spec, RootFiles root) {
    if (!(root instanceof RootFiles.Tree(Path path))) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED, "a native zone's root is a tree of its own, without layers");
    }
    try (Directory directory = Directory.open(path)) {
      seed.fill(directory, spec);
    } catch (SyscallException e) {
      throw failed("install", spec, e);
    }
  }

  @Override
  List<Attachment> userland(HostMounts mounts) {
    return userland.attachments(mounts);
  }

  @Override
  String controlPlace() {
    return "/.zonecontrol"; // as on SmartOS
  }

  @Override
  void refreshUsers(RootFiles root) {
    try (Directory etc = etc(root)) {
      var _ = seed.refresh(etc);
    }
  }

  @Override
  void refresh(ZoneSpec spec, Lan.Names names, RootFiles root) {
    try (Directory etc = etc(root)) {
      EtcFiles.renew(etc, spec, names);
      EtcFiles.renewResolver(etc, spec, names);
      if (spec.get(ZoneProperties.MAINTAIN_RESOLVERS)) {
        EtcFiles.writeResolver(etc, spec, names);
      }
    }
  }
}
