package polder.image;

import java.util.Arrays;
import polder.linux.Bytes;

/** A header block of 512 bytes: POSIX ustar, and how GNU tar and star differ from it. */
final class TarHeader {
  static final int BLOCK = 512;

  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final Bytes USTAR = Bytes.of("ustar\0");
  private static final Bytes STAR = Bytes.of("tar\0");

  private final byte[] block;

  /** Takes {@code block} over, and checks its sum. */
  TarHeader(byte[] block) {
    this.block = block;
    long told = TarNumber.field(block, CHECKSUM, CHECKSUM_LENGTH);
    long unsigned = 0;
    long signed = 0; // as some old ones counted
    for (int i = 0; i < BLOCK; i++) {
      boolean sum = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
      unsigned += sum ? ' ' : block[i] & 0xff;
      signed += sum ? ' ' : block[i];
    }
    if (told != unsigned && told != signed) {
      throw Refusal.invalid("this is no tar archive, or a damaged one: a header's sum is wrong");
    }
  }

  static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  byte[] block() {
    return block;
  }

  char flag() {
    return (char) (block[156] & 0xff);
  }

  /** The name, with the prefix that ustar puts before it. */
  Bytes name() {
    Bytes name = text(0, 100);
    if (!isUstar()) {
      return name;
    }
    boolean isStar = Bytes.of(block, 508, 512).equals(STAR);
    Bytes prefix = text(345, isStar ? 131 : 155);
    return prefix.isEmpty() ? name : prefix.plus(Bytes.of("/")).plus(name);
  }

  private boolean isUstar() {
    return Bytes.of(block, 257, 263).equals(USTAR);
  }

  Bytes target() {
    return text(157, 100);
  }

  int mode() {
    return (int) (TarNumber.field(block, 100, 8) & 07777);
  }

  long uid() {
    return TarNumber.field(block, 108, 8);
  }

  long gid() {
    return TarNumber.field(block, 116, 8);
  }

  long size() {
    return TarNumber.field(block, 124, 12);
  }

  long modified() {
    return TarNumber.field(block, 136, 12);
  }

  long major() {
    return TarNumber.field(block, 329, 8);
  }

  long minor() {
    return TarNumber.field(block, 337, 8);
  }

  private Bytes text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return Bytes.of(block, offset, end);
  }

  /** Puts the sum into a block that is to be written. */
  static void sum(byte[] block) {
    Arrays.fill(block, CHECKSUM, CHECKSUM + CHECKSUM_LENGTH, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, block, CHECKSUM, CHECKSUM_LENGTH);
  }
}
