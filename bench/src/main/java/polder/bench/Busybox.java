package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** One program that is many, and needs no others to run. */
public final class Busybox {
  private static final int PAGE = 4096;

  private Busybox() {}

  /**
   * The host's.
   *
   * @throws Missing if there is none that is static
   */
  public static Path find() {
    return Command.find("busybox")
        .filter(Busybox::isStatic)
        .orElseThrow(() -> new Missing("no static busybox here: apt install busybox-static"));
  }

  /** A program that needs others to run names its interpreter in its first page. */
  private static boolean isStatic(Path program) {
    try (var in = Files.newInputStream(program)) {
      return !new String(in.readNBytes(PAGE), StandardCharsets.ISO_8859_1).contains("/ld-linux");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
