package polder.model;

/**
 * How somebody names a snapshot: {@code ZONE@NAME}.
 *
 * @param zone whose it is
 * @param name see {@link Snapshot#checkName}
 */
public record SnapshotRef(ZoneRef zone, String name) {
  public SnapshotRef {
    Snapshot.checkName(name);
  }

  /**
   * The snapshot that {@code text} names.
   *
   * @throws PolderException INVALID unless it is {@code ZONE@NAME}
   */
  public static SnapshotRef of(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' names no snapshot: write ZONE@NAME".formatted(Types.shorten(text)));
    }
    return new SnapshotRef(new ZoneRef(text.substring(0, at)), text.substring(at + 1));
  }

  @Override
  public String toString() {
    return zone.text() + "@" + name;
  }
}
