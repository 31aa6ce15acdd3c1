package polder.brand.zone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.MountAttribute;
import polder.linux.MountEntry;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What a payload has mounted beside the root: its {@code tmpfs} and {@code filesystems}. */
final class ZoneFilesystems {
  private ZoneFilesystems() {}

  /**
   * In the order in which they are mounted.
   *
   * @param volumes where the payload's volumes lie, by their targets
   */
  static List<Attachment> of(ZoneSpec spec, Map<String, Path> volumes, HostMounts mounts) {
    List<Attachment> attachments = new ArrayList<>();
    long tmp = spec.get(ZoneProperties.TMPFS);
    if (tmp > 0) {
      long attributes =
          MountAttribute.bits(EnumSet.of(MountAttribute.NO_SETUID, MountAttribute.NO_DEVICES));
      attachments.add(
          new Attachment.Memory(
              "/tmp", List.of("mode=1777", "size=%dm".formatted(tmp)), attributes));
    }
    for (Filesystem each : spec.get(ZoneProperties.FILESYSTEMS)) {
      attachments.add(
          switch (each.type()) {
            case "tmpfs" -> memory(each);
            case "volume" -> volume(each, volumes, mounts);
            default -> bind(each, mounts);
          });
    }
    spec.delegated().ifPresent(each -> attachments.add(volume(each, volumes, mounts)));
    return attachments;
  }

  private static Attachment memory(Filesystem filesystem) {
    List<String> options = new ArrayList<>();
    value(filesystem, "size").ifPresent(size -> options.add("size=" + size));
    options.add("mode=" + value(filesystem, "mode").orElse("1777"));
    return new Attachment.Memory(
        filesystem.target(), options, MountAttribute.bits(attributes(filesystem)));
  }

  private static Optional<String> value(Filesystem filesystem, String option) {
    return filesystem.options().stream()
        .filter(o -> o.startsWith(option + "="))
        .map(o -> o.substring(option.length() + 1))
        .reduce((first, last) -> last);
  }

  /** With what is mounted below, as Docker and illumos do it, unless {@code nosub} is asked. */
  private static Attachment bind(Filesystem filesystem, HostMounts mounts) {
    boolean submounts = !filesystem.options().contains("nosub");
    try (HostFile source = HostFile.open(Path.of(filesystem.source()))) {
      source.kernels(submounts).ifPresent(kernels -> refuse(filesystem, kernels));
      Fd mount =
          filesystem.options().contains("noidmap")
              ? mounts.plain(source, attributes(filesystem), submounts)
              : mounts.mapped(source, attributes(filesystem), submounts);
      boolean directory = source.stat().type() == FileType.DIRECTORY;
      return new Attachment.Bind(mount, filesystem.target(), directory, true);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ELOOP)) {
        throw new PolderException(
            ErrorKind.INVALID,
            "filesystem %s: the host has no %s, or a link on the way to it leads nowhere"
                .formatted(filesystem.target(), filesystem.source()),
            e);
      }
      throw e;
    }
  }

  /** What is in a volume is the zones': a link in it leads nowhere but into it. */
  private static Attachment volume(
      Filesystem filesystem, Map<String, Path> volumes, HostMounts mounts) {
    Path place = volumes.get(filesystem.target());
    if (place == null) {
      throw new IllegalArgumentException("no place of the volume at " + filesystem.target());
    }
    String below = filesystem.subPath();
    try (HostFile source =
        HostFile.openIn(place, below.isEmpty() ? FilePath.HERE : FilePath.of(below))) {
      boolean directory = source.stat().type() == FileType.DIRECTORY;
      Fd mount = mounts.mapped(source, attributes(filesystem), false);
      return new Attachment.Bind(mount, filesystem.target(), directory, true);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)
          || e.errno().equals(Errno.ENOTDIR)
          || e.errno().equals(Errno.ELOOP)) {
        throw new PolderException(
            ErrorKind.INVALID,
            "filesystem %s: volume '%s' has no '%s'"
                .formatted(filesystem.target(), filesystem.volume(), below),
            e);
      }
      throw e;
    }
  }

  private static void refuse(Filesystem filesystem, MountEntry kernels) {
    throw new PolderException(
        ErrorKind.INVALID,
        ("filesystem %s: %s of the host is the kernel's own (%s), and a zone has its own; leave out"
                + " what is mounted below %s with option nosub, or name another directory")
            .formatted(filesystem.target(), kernels.place(), kernels.type(), filesystem.source()));
  }

  /** Never set-uid, never devices: files that two zones share are a way from one to the other. */
  private static Set<MountAttribute> attributes(Filesystem filesystem) {
    Set<MountAttribute> attributes =
        EnumSet.of(MountAttribute.NO_SETUID, MountAttribute.NO_DEVICES);
    if (filesystem.options().contains("noexec")) {
      attributes.add(MountAttribute.NO_EXECUTE);
    }
    if (filesystem.options().lastIndexOf("ro") > filesystem.options().lastIndexOf("rw")) {
      attributes.add(MountAttribute.READ_ONLY);
    }
    return attributes;
  }
}
