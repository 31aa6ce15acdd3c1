package polder.network.dns;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import polder.model.IpAddress;
import polder.model.PolderException;

/** Whom the host asks for names: resolv.conf(5). It is read again whenever it was written anew. */
final class HostServers {
  private static final int MOST = 3; // MAXNS, resolv.h

  private final Path file;
  private @Nullable FileTime seen;
  private List<IpAddress> servers = List.of();

  HostServers(Path file) {
    this.file = file;
  }

  List<IpAddress> list() {
    try {
      FileTime written = Files.getLastModifiedTime(file);
      if (!written.equals(seen)) {
        servers = read();
        seen = written;
      }
    } catch (IOException e) {
      servers = List.of(); // a host without name servers
      seen = null;
    }
    return servers;
  }

  private List<IpAddress> read() throws IOException {
    List<IpAddress> found = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length >= 2 && words[0].equals("nameserver") && found.size() < MOST) {
        try {
          found.add(IpAddress.of(words[1]));
        } catch (PolderException e) {
          // one with a zone, or none at all
        }
      }
    }
    return List.copyOf(found);
  }
}
