package polder.brand.zone;

import java.nio.file.Path;
import java.util.List;
import polder.brand.Lan;
import polder.brand.RootFiles;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Launcher;
import polder.linux.SyscallException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Zones with a Linux userland of their own, from an image. */
public final class LxBrand extends ZoneBrand {
  /** Profiles of the administrator's are {@code NAME.json} in {@code seccompDirectory}. */
  public LxBrand(Launcher launcher, Path seccompDirectory) {
    super(launcher, seccompDirectory);
  }

  @Override
  public void install(ZoneSpec spec, RootFiles root) {
    try (Directory etc = etc(root)) {
      EtcFiles.write(etc, spec);
    } catch (SyscallException e) {
      throw failed("install", spec, e);
    }
  }

  @Override
  List<Attachment> userland(HostMounts mounts) {
    return List.of();
  }

  @Override
  String controlPlace() {
    return "/native/.zonecontrol"; // as on SmartOS, where cloud-init looks too
  }

  @Override
  void refreshUsers(RootFiles root) {
    // they are the zone's own
  }

  @Override
  void refresh(ZoneSpec spec, Lan.Names names, RootFiles root) {
    try (Directory changes = changes(root)) {
      FileName name = FileName.of("etc");
      if (changes.find(name).filter(stat -> stat.type() == FileType.DIRECTORY).isPresent()) {
        try (Directory etc = changes.enter(name)) {
          EtcFiles.renew(etc, spec, names);
          EtcFiles.renewResolver(etc, spec, names);
        }
      }
    }
    if (spec.get(ZoneProperties.MAINTAIN_RESOLVERS)) {
      try (Directory etc = etc(root)) {
        EtcFiles.writeResolver(etc, spec, names);
      }
    }
  }
}
