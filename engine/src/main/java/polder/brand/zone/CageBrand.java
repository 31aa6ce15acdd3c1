package polder.brand.zone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.brand.Lan;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.RootFiles;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.Launcher;
import polder.linux.MountAttribute;
import polder.linux.RegularFile;
import polder.linux.SeccompFilter;
import polder.linux.SeccompProfile;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/**
 * Zones around one program of the host's that is trusted by nobody: what a virtual machine's QEMU
 * runs in. They are native zones with the host's programs and libraries and nothing else of it, the
 * files that they are given, and a filter under which the program makes no other process.
 */
public final class CageBrand extends ZoneBrand {
  /**
   * The number of the first descriptor that a program is given: after its streams, and a report.
   */
  public static final int FIRST_CARD = 4;

  private static final Set<MountAttribute> INERT =
      EnumSet.of(MountAttribute.READ_ONLY, MountAttribute.NO_DEVICES, MountAttribute.NO_SETUID);

  private final HostUserland userland = new HostUserland(Path.of("/"));
  private final SeccompFilter filter = SeccompFilter.of(SeccompProfile.emulator());

  /** Whose processes {@code launcher} makes; there are no profiles to choose from. */
  public CageBrand(Launcher launcher) {
    super(launcher, Path.of("/nonexistent"));
  }

  @Override
  public void install(ZoneSpec spec, RootFiles root) {
    if (!(root instanceof RootFiles.Tree(Path path))) {
      throw new PolderException(ErrorKind.UNSUPPORTED, "a cage's root is a tree, without layers");
    }
    try (Directory directory = Directory.open(path)) {
      userland.links().forEach((name, target) -> link(directory, name, target));
    } catch (SyscallException e) {
      throw failed("install", spec, e);
    }
  }

  private static void link(Directory directory, String name, String target) {
    try {
      directory.makeSymlink(FileName.of(name), FilePath.of(target));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  /**
   * As {@link #prepare(ZoneSpec, Platform)}, and the zone sees {@code files}.
   *
   * @param cards how many descriptors the program is given, as numbers from {@link #FIRST_CARD}
   */
  @Override
  public Ready prepare(ZoneSpec spec, Platform platform, List<GivenFile> files, int cards) {
    return super.prepare(spec, platform, files, cards);
  }

  /**
   * Refuses a file that could not be given.
   *
   * @throws PolderException INVALID, with the reason
   */
  public static void check(Path path) {
    open(path).close();
  }

  /**
   * Opens a file as it would be given.
   *
   * @throws PolderException INVALID, with the reason
   */
  public static RegularFile open(Path path) {
    try (HostFile file = HostFile.open(GivenFile.of(path, ""))) {
      return file.read();
    } catch (SyscallException e) {
      throw refused(path, e);
    }
  }

  private static PolderException refused(Path path, SyscallException e) {
    String why =
        e.errno().equals(Errno.ELOOP)
            ? "there is a symbolic link on the way; name the file itself"
            : e.errno().equals(Errno.EINVAL) ? "it is no regular file" : e.errno().text();
    return new PolderException(
        ErrorKind.INVALID, "cannot take the host's %s: %s".formatted(path, why), e);
  }

  @Override
  List<Attachment> userland(HostMounts mounts) {
    return userland.attachments(mounts, userland.programs(), INERT);
  }

  @Override
  List<Attachment> given(List<GivenFile> files, HostMounts mounts) {
    List<Attachment> attachments = new ArrayList<>();
    for (GivenFile each : files) {
      try (HostFile file = HostFile.open(each)) {
        Set<MountAttribute> attributes = EnumSet.copyOf(INERT);
        attributes.add(MountAttribute.NO_EXECUTE);
        if (each.writable()) {
          attributes.remove(MountAttribute.READ_ONLY);
        }
        attachments.add(
            new Attachment.Bind(
                mounts.mapped(file, attributes, false), each.target(), false, false));
      } catch (SyscallException e) {
        throw refused(each.top().resolve(each.path()), e);
      }
    }
    return attachments;
  }

  @Override
  String controlPlace() {
    throw new IllegalStateException("a cage connects to nothing");
  }

  @Override
  void refreshUsers(RootFiles root) {
    // it has none but its root
  }

  @Override
  void refresh(ZoneSpec spec, Lan.Names names, RootFiles root) {
    // nothing in it is from anywhere else
  }

  @Override
  Optional<SeccompFilter> filter(ZoneSpec spec) {
    return Optional.of(filter);
  }
}
