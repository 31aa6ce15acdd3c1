package polder.tests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether the host forwards, as a test found it: what is opened on the host's own network switches
 * it on for a NAT network or a balance, and leaves it on.
 */
public final class HostForwarding {
  private static final Path SETTING = Path.of("/proc/sys/net/ipv4/ip_forward");

  private final String before;

  private HostForwarding(String before) {
    this.before = before;
  }

  /** As it is now. */
  public static HostForwarding now() {
    try {
      return new HostForwarding(Files.readString(SETTING));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts it back. */
  public void restore() {
    try {
      if (!Files.readString(SETTING).equals(before)) {
        Files.writeString(SETTING, before);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
