package polder.model;

/**
 * How somebody names a snapshot of a volume: {@code VOLUME@NAME}.
 *
 * @param volume see {@link Volume#checkName}
 * @param name see {@link Snapshot#checkName}
 */
public record VolumeSnapshotRef(String volume, String name) {
  public VolumeSnapshotRef {
    Volume.checkName(volume);
    Snapshot.checkName(name);
  }

  /**
   * The snapshot that {@code text} names.
   *
   * @throws PolderException INVALID unless it is {@code VOLUME@NAME}
   */
  public static VolumeSnapshotRef of(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' names no snapshot of a volume: write VOLUME@NAME".formatted(Types.shorten(text)));
    }
    return new VolumeSnapshotRef(text.substring(0, at), text.substring(at + 1));
  }

  @Override
  public String toString() {
    return volume + "@" + name;
  }
}
