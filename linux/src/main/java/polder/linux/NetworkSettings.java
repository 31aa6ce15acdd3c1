package polder.linux;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of a network namespace: {@code /proc/sys/net}, which shows each thread those of the
 * namespace that it is in. Documentation/networking/ip-sysctl.rst
 */
public final class NetworkSettings {
  private final Fd network;

  /** Those of {@code network}, as {@link Namespace#of} gives it; it stays the caller's. */
  public NetworkSettings(Fd network) {
    this.network = network;
  }

  /**
   * What a setting says; empty if the kernel has none of that name.
   *
   * @param path the parts of its name, such as ipv4, ip_forward
   */
  public Optional<String> get(List<String> path) {
    String file = file(path);
    return NamespaceEntry.inside(
        network,
        () -> {
          try {
            return Optional.of(Procfs.shortText(file));
          } catch (SyscallException e) {
            if (e.errno().equals(Errno.ENOENT)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /**
   * Sets some, one after the other in the map's order. One that the kernel does not have, as on a
   * host without IPv6, is passed over.
   *
   * @throws SyscallException EROFS where {@code /proc/sys} cannot be written
   */
  public void set(Map<List<String>, String> values) {
    NamespaceEntry.inside(
        network,
        () -> {
          values.forEach((path, value) -> write(file(path), value));
          return true;
        });
  }

  private static void write(String file, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
    try (Fd fd = Procfs.open(file, OpenFlags.O_WRONLY)) {
      fd.write(bytes, 0, bytes.length);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw new SyscallException("write " + value + " to " + file, e.errno());
      }
    }
  }

  private static String file(List<String> path) {
    path.forEach(FileName::of); // an interface may be called "a.b", never "a/b"
    return "/proc/sys/net/" + String.join("/", path);
  }
}
