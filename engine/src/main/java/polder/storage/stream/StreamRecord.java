package polder.storage.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** One record of a stream; {@link Records} says how it is written. */
final class StreamRecord {
  private final int kind;
  private final byte[] contents;

  /** Nobody changes {@code contents} from now on. */
  StreamRecord(int kind, byte[] contents) {
    this.kind = kind;
    this.contents = contents;
  }

  int kind() {
    return kind;
  }

  byte[] contents() {
    return contents;
  }

  /** As it is written. */
  byte[] bytes() {
    return ByteBuffer.allocate(Integer.BYTES + 1 + contents.length + Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(contents.length)
        .put((byte) kind)
        .put(contents)
        .putInt(crc(kind, contents, contents.length))
        .array();
  }

  static int crc(int kind, byte[] contents, int length) {
    CRC32C crc = new CRC32C();
    crc.update(kind);
    crc.update(contents, 0, length);
    return (int) crc.getValue();
  }
}
