package polder.image;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import polder.image.oci.Descriptor;
import polder.linux.RegularFile;
import polder.model.PolderException;

/** A blob in a file: its last byte is given out only if it has the size and digest it should. */
final class VerifiedStream extends InputStream {
  private final RegularFile file;
  private final InputStream in;
  private final Descriptor blob;
  private final MessageDigest hash;
  private long came;
  private boolean verified;

  /** Reads {@code file}, which closes with it. */
  VerifiedStream(RegularFile file, Descriptor blob) {
    this.file = file;
    this.in = file.input();
    this.blob = blob;
    this.hash = blob.digest().hash();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int got = in.read(buffer, offset, length);
    if (got > 0) {
      came += got;
      hash.update(buffer, offset, got);
    }
    if (came > blob.size() || (got < 0 && came < blob.size())) {
      throw refused("has another size than its %d bytes".formatted(blob.size()));
    }
    if (came == blob.size() && !verified) {
      if (!blob.digest().is(hash.digest())) {
        throw refused("has another content than its digest says");
      }
      verified = true;
    }
    return got;
  }

  private PolderException refused(String why) {
    return Refusal.invalid("blob %s of the image %s", blob.digest(), why);
  }

  @Override
  public void close() {
    file.close();
  }
}
