package polder.image;

import java.io.InputStream;
import polder.image.oci.Descriptor;

/** Where an image's blobs come from. Any thread may use it. */
@FunctionalInterface
public interface BlobSource extends AutoCloseable {
  /**
   * Opens a blob, whose last byte is given out only if its size and digest are right. Several may
   * be open at once.
   */
  InputStream open(Descriptor blob);

  /** Ends what is being read: whoever reads gets an exception soon. */
  @Override
  default void close() {}
}
