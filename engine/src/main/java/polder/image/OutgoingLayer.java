package polder.image;

import java.io.InputStream;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;

/** A layer that is ready to go out. */
public final class OutgoingLayer implements AutoCloseable {
  private final Spool spool;
  private final Descriptor descriptor;

  OutgoingLayer(Spool spool, Descriptor descriptor) {
    this.spool = spool;
    this.descriptor = descriptor;
  }

  /** What it is called, compressed. */
  public Descriptor descriptor() {
    return descriptor;
  }

  /** The digest of its archive before that was compressed. */
  public Digest content() {
    return spool.content();
  }

  /** Its bytes from {@code offset} on, compressed; as often as is needed until this is closed. */
  public InputStream open(long offset) {
    return spool.open(offset);
  }

  @Override
  public void close() {
    spool.close();
  }
}
