package polder.cli.image;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Passes on what is written, and knows its length and its SHA-1, which manifests name files by. */
final class Sha1Stream extends FilterOutputStream {
  private final MessageDigest digest;
  private long size;

  Sha1Stream(OutputStream to) {
    super(to);
    try {
      digest = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }

  @Override
  public void write(int one) throws IOException {
    out.write(one);
    digest.update((byte) one);
    size++;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    digest.update(bytes, offset, length);
    size += length;
  }

  long size() {
    return size;
  }

  /** Of all that was written; once. */
  String sha1() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
