package polder.brand.vm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import polder.brand.RootFiles;
import polder.brand.zone.CageBrand;
import polder.brand.zone.GivenFile;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.InodeFlags;
import polder.linux.RegularFile;
import polder.model.Disk;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.VmProperties;
import polder.model.ZoneSpec;

/**
 * A vm's disks: raw files in a directory of its dataset, so that snapshots, clones and quotas of
 * the dataset are the disks' too. QEMU is told that they are raw: what a guest writes into one
 * never makes it open another file.
 */
final class Disks {
  private static final String PLACE = "disks";
  private static final int MEBI = 20; // as a shift
  private static final int OWNER_ONLY = 0600;

  private Disks() {}

  /** Where a cage has the disk {@code name}. */
  static String target(String name) {
    return "/" + PLACE + "/" + name;
  }

  /** What the largest of them has, in bytes: no file needs to be longer. */
  static long largest(ZoneSpec spec, RootFiles root) {
    List<Disk> disks = spec.get(VmProperties.DISKS);
    long most = 0;
    try (Directory directory = Directory.open(tree(root))) {
      for (int i = 0; i < disks.size(); i++) {
        try (Directory place = directory.enter(FileName.of(PLACE));
            RegularFile file = place.read(FileName.of(disks.get(i).name(i)))) {
          most = Math.max(most, file.size());
        }
      }
    }
    return most;
  }

  /** What of them a cage is given. */
  static List<GivenFile> given(ZoneSpec spec, RootFiles root) {
    List<Disk> disks = spec.get(VmProperties.DISKS);
    List<GivenFile> files = new ArrayList<>();
    for (int i = 0; i < disks.size(); i++) {
      String name = disks.get(i).name(i);
      files.add(
          new GivenFile(tree(root), PLACE + "/" + name, target(name), disks.get(i).isWritable()));
    }
    return files;
  }

  /** The vm's dataset. */
  static Path tree(RootFiles root) {
    return switch (root) {
      case RootFiles.Tree(Path directory) -> directory;
      case RootFiles.Overlay _ ->
          throw new PolderException(ErrorKind.UNSUPPORTED, "a vm's root is a tree, without layers");
    };
  }

  /** Makes them; what is there of a first attempt is made anew. */
  static void make(ZoneSpec spec, RootFiles root) {
    List<Disk> disks = spec.get(VmProperties.DISKS);
    if (disks.isEmpty()) {
      return;
    }
    try (Directory directory = Directory.open(tree(root));
        Directory place = directory.ensureDirectory(FileName.of(PLACE), 0700)) {
      for (int i = 0; i < disks.size(); i++) {
        try (RegularFile file = place.openOrCreate(FileName.of(disks.get(i).name(i)), OWNER_ONLY)) {
          make(disks.get(i), file);
        }
      }
    }
  }

  private static void make(Disk disk, RegularFile file) {
    file.truncate(0);
    var _ = InodeFlags.writeInPlace(file); // while it is empty
    long size = disk.size().map(mib -> mib << MEBI).orElse(0L);
    if (disk.source().isPresent()) {
      try (RegularFile source = CageBrand.open(Path.of(disk.source().get()))) {
        size = copy(disk, source, file, size);
      }
    }
    file.truncate(size);
  }

  /**
   * Copies what a disk begins as.
   *
   * @param size in bytes, as it was asked for; 0 for what the source has
   * @return what the disk is to have
   */
  private static long copy(Disk disk, RegularFile source, RegularFile file, long size) {
    try {
      Optional<Qcow2> image =
          disk.format().equals(Disk.QCOW2) ? Optional.of(Qcow2.of(source)) : Optional.empty();
      long bytes = image.map(Qcow2::size).orElseGet(source::size);
      if (size != 0 && bytes > size) {
        throw new PolderException(
            ErrorKind.INVALID,
            "it has %d bytes, more than the disk's size of %d MiB".formatted(bytes, size >> MEBI));
      }
      if (image.isPresent()) {
        image.get().copyTo(file);
      } else {
        copy(source, file, bytes);
      }
      return Math.max(size, (bytes + (1 << MEBI) - 1) >> MEBI << MEBI);
    } catch (PolderException e) {
      throw new PolderException(
          e.kind(),
          "a disk cannot begin as %s: %s".formatted(disk.source().orElseThrow(), e.getMessage()),
          e);
    }
  }

  private static void copy(RegularFile source, RegularFile file, long bytes) {
    if (!source.shareWith(file)) {
      file.truncate(bytes);
      source.copyTo(file, 0, bytes);
    }
  }

  /** What QEMU is told of them. */
  static List<String> options(ZoneSpec spec) {
    List<Disk> disks = spec.get(VmProperties.DISKS);
    boolean boots = disks.stream().anyMatch(Disk::boot) || spec.has(VmProperties.KERNEL);
    List<String> options = new ArrayList<>();
    if (disks.stream().anyMatch(disk -> disk.model().equals("scsi"))) {
      add(options, "-device", "virtio-scsi-pci,id=scsi");
    }
    for (int i = 0; i < disks.size(); i++) {
      Disk disk = disks.get(i);
      add(
          options,
          "-blockdev",
          "driver=raw,node-name=disk%d,read-only=%s,discard=unmap,file.driver=file,file.filename=%s"
              .formatted(i, disk.isWritable() ? "off" : "on", target(disk.name(i))));
      String boot = disk.boot() || (!boots && i == 0) ? ",bootindex=" + i : "";
      add(options, "-device", "%s,drive=disk%d%s".formatted(device(disk, i), i, boot));
    }
    return options;
  }

  private static String device(Disk disk, int place) {
    String kind = disk.isWritable() ? "hd" : "cd";
    return switch (disk.model()) {
      case "scsi" -> "scsi-%s,bus=scsi.0".formatted(kind);
      case "ide" -> "ide-" + kind;
      case "nvme" -> "nvme,serial=disk" + place;
      default -> "virtio-blk-pci";
    };
  }

  private static void add(List<String> options, String... words) {
    Stream.of(words).forEach(options::add);
  }
}
