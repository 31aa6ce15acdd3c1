package polder.model;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import polder.model.ObjectType.Field;

/**
 * A disk of a virtual machine: a raw file in its dataset.
 *
 * @param path its name among the vm's disks; by its place in their order if empty
 * @param size in MiB; what its source has if empty
 * @param model how the guest sees it: {@code virtio}, {@code scsi}, {@code ide} or {@code nvme}
 * @param media {@code disk}, or {@code cdrom}, which is read only
 * @param boot whether it is booted from
 * @param source the host's file that it begins as; empty for zeroes
 * @param format of {@code source}: {@code raw} or {@code qcow2}. It is never guessed: whoever wrote
 *     a raw disk could have made it look like another format, which names other files
 */
public record Disk(
    Optional<String> path,
    Optional<Long> size,
    String model,
    String media,
    boolean boot,
    Optional<String> source,
    String format) {
  /** As the disk is, block by block. */
  public static final String RAW = "raw";

  /** QEMU's own. */
  public static final String QCOW2 = "qcow2";

  private static final String DISK = "disk";
  private static final String CDROM = "cdrom";

  static final Type<Disk> TYPE = type();

  public Disk {
    if (size.isEmpty() && source.isEmpty()) {
      throw new PolderException(ErrorKind.INVALID, "a disk needs 'size', or a 'source'");
    }
    if (media.equals(CDROM) && source.isEmpty()) {
      throw new PolderException(ErrorKind.INVALID, "a cdrom needs 'source'");
    }
    if (source.isEmpty() && !format.equals(RAW)) {
      throw new PolderException(ErrorKind.INVALID, "'format' is that of a 'source'");
    }
    if (media.equals(CDROM) && !format.equals(RAW)) {
      throw new PolderException(ErrorKind.INVALID, "a cdrom is raw");
    }
    if (media.equals(CDROM) && !model.equals("ide") && !model.equals("scsi")) {
      throw new PolderException(ErrorKind.INVALID, "a cdrom's model is ide or scsi");
    }
  }

  private static Type<Disk> type() {
    Property<String> path =
        Property.of(
            "path",
            Types.text(
                Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}(\\.[a-z0-9]{1,8})?"),
                "a name: a-z, 0-9, '_', '-', perhaps one '.'",
                41),
            "its name in the dataset; disk0, disk1 … if absent");
    Property<Long> size =
        Property.of("size", Types.integer(1, 1L << 30), "MiB; what source has if absent");
    Property<String> model =
        Property.of(
            "model",
            Types.word("virtio", "scsi", "ide", "nvme"),
            "how the guest sees it; virtio if absent, ide for a cdrom");
    Property<String> media =
        Property.of("media", Types.word(DISK, CDROM), "disk, or cdrom, which is read only")
            .otherwise(DISK);
    Property<Boolean> boot =
        Property.of("boot", Types.BOOLEAN, "whether it is booted from; the first such one first")
            .otherwise(false);
    Property<String> source =
        Property.of("source", Types.PATH, "the host's file that it begins as");
    Property<String> format =
        Property.of("format", Types.word(RAW, QCOW2), "of source").otherwise(RAW);
    return new ObjectType<>(
        "disk {size, path, model, media, boot, source, format}",
        List.of(
            new Field<>(path, false, Disk::path),
            new Field<>(size, false, Disk::size),
            new Field<>(model, false, d -> Optional.of(d.model())),
            new Field<>(media, false, d -> Optional.of(d.media()).filter(m -> !m.equals(DISK))),
            new Field<>(boot, false, d -> Optional.of(true).filter(_ -> d.boot())),
            new Field<>(source, false, Disk::source),
            new Field<>(format, false, d -> Optional.of(d.format()).filter(f -> !f.equals(RAW)))),
        v ->
            new Disk(
                v.find(path),
                v.find(size),
                v.find(model).orElse(v.get(media).equals(CDROM) ? "ide" : "virtio"),
                v.get(media),
                v.get(boot),
                v.find(source),
                v.get(format)));
  }

  /** Whether the guest may write it. */
  public boolean isWritable() {
    return media.equals(DISK);
  }

  /** Its name, if it is the vm's disk number {@code place}. */
  public String name(int place) {
    return path.orElse("disk" + place);
  }
}
