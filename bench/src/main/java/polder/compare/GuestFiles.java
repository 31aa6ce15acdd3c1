package polder.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import polder.bench.Missing;

/** Debian's kernel and a first root for a guest with paravirtual devices: what the demo boots. */
public final class GuestFiles {
  private GuestFiles() {}

  /**
   * Writes {@code DIR/vmlinuz} and {@code DIR/initrd}; exits 1, with a sentence, if they are not to
   * be had.
   *
   * @param words the directory where the package's kernel is kept, and DIR
   */
  public static void main(String[] words) throws IOException {
    try {
      write(Path.of(words[0]), Files.createDirectories(Path.of(words[1])));
    } catch (Missing e) {
      System.err.println("polder: " + e.getMessage());
      System.exit(1);
    }
  }

  /**
   * Writes {@code vmlinuz} and {@code initrd}.
   *
   * @param cache where the package's kernel is kept; it is fetched if it is not there
   * @throws Missing if it is not to be had
   */
  public static void write(Path cache, Path directory) throws IOException {
    try (Workshop workshop = Workshop.make()) {
      GuestKernel kernel = GuestKernel.of(cache);
      Path initrd = kernel.initrd(workshop, "guest", kernel.inOrder(Devices.VIRTIO.drivers()));
      for (Path file : new Path[] {kernel.image(), initrd}) {
        String name = file.equals(initrd) ? "initrd" : "vmlinuz";
        Files.copy(file, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
