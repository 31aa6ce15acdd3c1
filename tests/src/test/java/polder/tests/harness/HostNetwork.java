package polder.tests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The host's own network as a test found it. What is opened on it switches forwarding on, and
 * leaves that and its own empty tables of rules.
 */
public final class HostNetwork {
  private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");

  private final String forwarding;
  private final List<String> tables;

  private HostNetwork(String forwarding, List<String> tables) {
    this.forwarding = forwarding;
    this.tables = tables;
  }

  /** As it is now. */
  public static HostNetwork now() {
    try {
      return new HostNetwork(Files.readString(FORWARDING), tables());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts it back. */
  public void restore() {
    for (String table : tables()) {
      if (!tables.contains(table) && table.contains(" polder_")) {
        nft("delete " + table).ok();
      }
    }
    try {
      if (!Files.readString(FORWARDING).equals(forwarding)) {
        Files.writeString(FORWARDING, forwarding);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As nft names them: {@code table inet x}. */
  private static List<String> tables() {
    return nft("list tables").ok().out().lines().toList();
  }

  private static CommandResult nft(String what) {
    return Commands.run(Map.of(), new byte[0], List.of("nft", what));
  }
}
