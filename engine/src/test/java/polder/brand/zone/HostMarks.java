package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import polder.linux.CgroupHost;
import polder.linux.MountTable;

/**
 * What zones could leave on the host: mounts, groups, processes, descriptors of ours. Mounts below
 * the temporary directories are tests' own, and other tests may run at the same time.
 */
record HostMarks(List<String> mounts, Set<String> groups, long children, long descriptors) {
  static HostMarks now() {
    return new HostMarks(
        MountTable.own().entries().stream()
            .filter(e -> !e.place().startsWith("/tmp/") && !e.place().startsWith("/var/tmp/"))
            .map(e -> e.place() + " " + e.options())
            .toList(),
        CgroupHost.own().children("polder-brand-test"),
        ProcessHandle.current().children().count(),
        count("/proc/self/fd"));
  }

  /** Says that nothing is left; some descriptors of the JVM's own may have come. */
  void assertSame() {
    HostMarks now = now();
    assertEquals(mounts, now.mounts);
    assertEquals(groups, now.groups);
    assertEquals(children, now.children);
    assertTrue(
        Math.abs(descriptors - now.descriptors) <= 5, descriptors + " -> " + now.descriptors);
  }

  private static long count(String folder) {
    try (Stream<Path> list = Files.list(Path.of(folder))) {
      return list.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
