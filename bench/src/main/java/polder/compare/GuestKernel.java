package polder.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import polder.bench.Missing;

/**
 * Debian's kernel and its drivers, taken from its package without installing it, and kept for the
 * next time.
 */
final class GuestKernel {
  private static final String PACKAGE = "linux-image-amd64";

  /** Before a list of those that a driver needs, in its file: modinfo(8). */
  private static final String DEPENDS = "\0depends=";

  private static final String FETCH =
      """
      cd "$1"
      newest() { apt-cache depends "$1" | sed -n 's/^ *Depends: *\\(linux-image-.*\\)/\\1/p' | head -n 1; }
      fetch() { apt-get download -qq -o APT::Sandbox::User=root "$(newest "$1")"; }
      fetch "$2" 2> /dev/null || { apt-get update -qq && fetch "$2"; }
      dpkg-deb --fsys-tarfile ./*.deb | tar -x --wildcards './boot/vmlinuz-*' \
        '*/kernel/arch/*' '*/kernel/block/*' '*/kernel/crypto/*' '*/kernel/drivers/ata/*' \
        '*/kernel/drivers/block/*' '*/kernel/drivers/net/*.ko' '*/kernel/drivers/net/ethernet/intel/*' \
        '*/kernel/drivers/scsi/*' '*/kernel/drivers/virtio/*' '*/kernel/fs/ext4/*' '*/kernel/fs/jbd2/*' \
        '*/kernel/fs/mbcache.ko' '*/kernel/lib/*' '*/kernel/net/core/*'
      rm ./*.deb
      """;

  private final Path directory;

  private GuestKernel(Path directory) {
    this.directory = directory;
  }

  /**
   * Debian's, of the cache or fetched now.
   *
   * @param cache a directory for it; made if need be
   * @throws Missing if it is neither there nor to be had
   */
  static GuestKernel of(Path cache) {
    GuestKernel kept = new GuestKernel(cache.resolve(PACKAGE));
    if (!Files.exists(kept.image())) {
      try {
        Files.createDirectories(cache);
        Path part = Files.createTempDirectory(cache, PACKAGE + ".");
        try {
          Tools.run("sh", "-euc", FETCH, "sh", part.toString(), PACKAGE);
          new GuestKernel(part).arrange();
          Files.move(part, kept.directory);
        } finally {
          Tools.run("rm", "-rf", part.toString()); // if it is still there
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return kept;
  }

  /** Keeps the kernel and what any machine here needs of its drivers. */
  private void arrange() throws IOException {
    Path modules = Files.createDirectory(directory.resolve("modules"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory.resolve("lib"))) {
      files = all.filter(each -> each.toString().endsWith(".ko")).toList();
    }
    for (Path file : files) {
      Files.move(file, modules.resolve(word(String.valueOf(file.getFileName()))));
    }
    Set<String> wanted = new LinkedHashSet<>();
    for (Devices devices : Devices.values()) {
      wanted.addAll(inOrder(devices.drivers()));
    }
    try (Stream<Path> all = Files.list(modules)) {
      for (Path each : all.filter(each -> !wanted.contains(driver(each))).toList()) {
        Files.delete(each);
      }
    }
    Path kernel;
    try (Stream<Path> all = Files.list(directory.resolve("boot"))) {
      kernel = all.findFirst().orElseThrow(() -> new Missing(PACKAGE + " has no kernel"));
    }
    Tools.run("rm", "-rf", directory.resolve("lib").toString());
    Files.move(kernel, image());
  }

  private static String word(String name) {
    return name.replace('-', '_');
  }

  private static String driver(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(0, name.length() - ".ko".length());
  }

  /** The kernel's file. */
  Path image() {
    return directory.resolve("vmlinuz");
  }

  private Path module(String driver) {
    return directory.resolve("modules").resolve(driver + ".ko");
  }

  /** {@code drivers} and those that they need, each after those. */
  List<String> inOrder(Collection<String> drivers) {
    Set<String> ordered = new LinkedHashSet<>();
    drivers.forEach(driver -> add(driver, ordered));
    return List.copyOf(ordered);
  }

  private void add(String driver, Set<String> ordered) {
    Path file = module(driver);
    if (ordered.contains(driver)) {
      return;
    }
    if (!Files.exists(file)) {
      throw new Missing("%s has no driver %s".formatted(PACKAGE, driver));
    }
    try {
      dependencies(Files.readAllBytes(file)).forEach(each -> add(each, ordered));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ordered.add(driver);
  }

  /** The drivers that one needs, as its file names them. */
  static List<String> dependencies(byte[] module) {
    String text = new String(module, StandardCharsets.ISO_8859_1);
    int start = text.indexOf(DEPENDS);
    if (start < 0) {
      return List.of();
    }
    int end = text.indexOf('\0', start + 1);
    String list = text.substring(start + DEPENDS.length(), end < 0 ? text.length() : end);
    List<String> names = new ArrayList<>();
    for (String name : list.split(",", -1)) {
      if (!name.isEmpty()) {
        names.add(word(name));
      }
    }
    return names;
  }

  /** A first root with the worker and {@code drivers}, as a file of the workshop's. */
  Path initrd(Workshop workshop, String name, List<String> drivers) {
    try {
      Cpio cpio = new Cpio();
      for (String place : List.of("bin", "data", "dev", "modules", "proc", "sys", "tmp")) {
        cpio.directory(place);
      }
      cpio.file("init", 0755, Workshop.resource("init.sh"));
      cpio.file("worker.sh", 0755, Files.readAllBytes(workshop.worker()));
      cpio.file("bin/busybox", 0755, Files.readAllBytes(workshop.busybox()));
      cpio.file("modules/order", 0644, String.join("\n", drivers).getBytes(StandardCharsets.UTF_8));
      for (String driver : drivers) {
        cpio.file("modules/%s.ko".formatted(driver), 0644, Files.readAllBytes(module(driver)));
      }
      return Files.write(workshop.directory().resolve(name + ".initrd"), cpio.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
