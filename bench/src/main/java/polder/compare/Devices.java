package polder.compare;

import java.util.List;
import java.util.Locale;

/** What a virtual machine's devices are to its kernel, and which drivers they ask for. */
enum Devices {
  EMULATED("devices that there are as hardware", "ide", "sda", "e1000"),
  VIRTIO("paravirtual devices", "virtio", "vda", "virtio");

  private final String what;
  private final String disk;
  private final String diskName;
  private final String card;

  Devices(String what, String disk, String diskName, String card) {
    this.what = what;
    this.disk = disk;
    this.diskName = diskName;
    this.card = card;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  String what() {
    return what;
  }

  /** The model of its disk, in a payload. */
  String disk() {
    return disk;
  }

  /** What its kernel calls the disk. */
  String diskName() {
    return diskName;
  }

  /** The model of its card, in a payload. */
  String card() {
    return card;
  }

  /** The drivers that it needs, without those that they need. */
  List<String> drivers() {
    return switch (this) {
      case EMULATED -> List.of("ahci", "sd_mod", "e1000", "crc32c_generic", "ext4");
      case VIRTIO -> List.of("virtio_pci", "virtio_blk", "virtio_net", "crc32c_generic", "ext4");
    };
  }
}
