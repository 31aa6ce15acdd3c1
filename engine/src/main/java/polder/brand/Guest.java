package polder.brand;

import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import polder.model.GuestPart;
import polder.model.PolderException;

/**
 * The machine that a guest sees, while it runs. What it tells is a stranger's word, bounded.
 *
 * <p>Each method throws {@link PolderException} HOST if its QEMU refuses, or does not answer in
 * time.
 */
public interface Guest {
  /** What it says of itself: an answer for the word of each part, in their order. */
  Map<String, Object> info(Set<GuestPart> parts);

  /** Presses its reset button. */
  void reset();

  /** Sends it an interrupt that cannot be masked. */
  void nmi();

  /** Connects to its second serial port, where it asks for its metadata; the caller's to close. */
  SocketChannel metadataPort();

  /** What is on its screen, as PNG. */
  byte[] screen();
}
