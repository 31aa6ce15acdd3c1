package polder.image.registry;

import polder.image.oci.Digest;

/** A manifest or an index as a registry keeps it: its bytes are what its digest is of. */
public final class Document {
  /** The longest that is taken: as large as a registry has to allow. */
  public static final int LONGEST = 4 << 20;

  private final String mediaType;
  private final byte[] bytes;
  private final Digest digest;

  /** A document of that type. */
  public Document(String mediaType, byte[] bytes) {
    this.mediaType = mediaType;
    this.bytes = bytes.clone();
    this.digest = Digest.of(bytes);
  }

  /** What kind of document its sender says it is; not checked against what is in it. */
  public String mediaType() {
    return mediaType;
  }

  /** A copy of its text. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The SHA-256 digest of its text. */
  public Digest digest() {
    return digest;
  }
}
