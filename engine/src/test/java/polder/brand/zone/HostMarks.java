package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import polder.linux.CgroupHost;
import polder.linux.MountTable;

/**
 * What zones could leave on the host: mounts, groups, processes, descriptors of ours. Mounts below
 * the temporary directories are tests' own, and other tests may run at the same time.
 */
record HostMarks(List<String> mounts, Set<String> groups, long children, List<String> descriptors) {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  static HostMarks now() {
    return new HostMarks(
        MountTable.own().entries().stream()
            .filter(e -> !e.place().startsWith("/tmp/") && !e.place().startsWith("/var/tmp/"))
            .map(e -> e.place() + " " + e.options())
            .toList(),
        CgroupHost.own().children("polder-brand-test"),
        ProcessHandle.current().children().count(),
        ourDescriptors());
  }

  /**
   * Says that nothing is left; some descriptors of the JVM's own may have come. What is thrown away
   * is removed by another thread, which may still be at it.
   */
  void assertSame() {
    Instant end = Instant.now().plus(PATIENCE);
    HostMarks now = now();
    while (now.descriptors.stream().anyMatch(d -> d.contains("/gone-"))
        && Instant.now().isBefore(end)) {
      LockSupport.parkNanos(10_000_000);
      now = now();
    }
    assertSame(now);
  }

  private void assertSame(HostMarks now) {
    assertEquals(mounts, now.mounts);
    assertEquals(groups, now.groups);
    assertEquals(children, now.children);
    List<String> come = new ArrayList<>(now.descriptors);
    descriptors.forEach(come::remove);
    assertTrue(come.size() - gone(now) <= 5, () -> "descriptors that have come: " + come);
  }

  private int gone(HostMarks now) {
    List<String> gone = new ArrayList<>(descriptors);
    now.descriptors.forEach(gone::remove);
    return gone.size();
  }

  private static List<String> ourDescriptors() {
    try (Stream<Path> list = Files.list(Path.of("/proc/self/fd"))) {
      return list.map(HostMarks::target).flatMap(Optional::stream).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a descriptor is open on; empty if it was closed meanwhile, or is a library of the JVM. */
  private static Optional<String> target(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return Optional.of(target).filter(t -> !t.endsWith(".jar"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
