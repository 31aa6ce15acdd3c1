package polder.brand.vm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The guest that shows whether an accelerator works: a ROM that does what every operating system
 * begins with, and then ends QEMU. Its listing is {@code trial-x86_64.s}.
 */
final class TrialGuest {
  /** QEMU's exit code if the guest came to its end. */
  static final int WELL = 85;

  private static final int SIZE = 1 << 16;
  private static final int RESET = SIZE - 16; // where the processor begins
  private static final byte[] FAR_JUMP = {(byte) 0xea, 0, 0, 0, (byte) 0xf0}; // to f000:0000

  private TrialGuest() {}

  /** The code as as(1) makes it of the listing. */
  static byte[] code() {
    try (InputStream in = TrialGuest.class.getResourceAsStream("trial-x86_64")) {
      if (in == null) {
        throw new IllegalStateException("polder.brand.vm was built without its trial guest");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The machine's whole ROM. */
  static byte[] rom() {
    return rom(code());
  }

  /** A ROM of which {@code code} is executed first, in real mode. */
  static byte[] rom(byte[] code) {
    byte[] rom = new byte[SIZE];
    System.arraycopy(code, 0, rom, 0, code.length);
    System.arraycopy(FAR_JUMP, 0, rom, RESET, FAR_JUMP.length);
    return rom;
  }
}
