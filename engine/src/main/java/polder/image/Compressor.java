package polder.image;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;
import polder.linux.ZstdOutput;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What compresses as is asked for; the same bytes in give the same bytes out. */
final class Compressor {
  private static final int AT_ONCE = 64 << 10;

  private Compressor() {}

  /**
   * A stream that writes compressed to {@code out}, which it closes.
   *
   * @throws PolderException UNSUPPORTED for zstd on a host without its library
   */
  static OutputStream over(OutputStream out, Compression compression) throws IOException {
    return switch (compression) {
      case NONE -> out;
      case GZIP -> new GZIPOutputStream(out, AT_ONCE);
      case ZSTD -> zstd(out);
    };
  }

  private static OutputStream zstd(OutputStream out) {
    try {
      return new ZstdOutput(out);
    } catch (UnsupportedOperationException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED, "cannot compress with zstd: " + e.getMessage() + "; use gzip", e);
    }
  }

  /** The media type of a layer that is compressed so. */
  static String mediaType(Compression compression) {
    return "application/vnd.oci.image.layer.v1.tar"
        + switch (compression) {
          case NONE -> "";
          case GZIP -> "+gzip";
          case ZSTD -> "+zstd";
        };
  }
}
