package polder.brand.vm;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import polder.brand.Guest;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.GuestPart;
import polder.model.PolderException;

/**
 * The machine that QEMU is, asked over QMP (QEMU's QAPI schema). It talks with one at a time, the
 * others wait; and each has its time.
 *
 * @param name what its vm is called
 * @param root opens the root of its cage
 */
record Machine(String name, Supplier<Directory> root) implements Guest {
  /** The room for its control socket and a picture of its screen. */
  static final String ROOM = "4m";

  private static final int LARGEST = 4 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final FileName METADATA = FileName.of(QemuCommand.METADATA);
  private static final FileName SCREEN = FileName.of("screen.png");
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /** What is done in one conversation. */
  @FunctionalInterface
  private interface Talk<T> {
    T with(Qmp qmp, Directory root);
  }

  @Override
  public Map<String, Object> info(Set<GuestPart> parts) {
    return talk(
        (qmp, cage) -> {
          Map<String, Object> told = new LinkedHashMap<>();
          for (GuestPart part : GuestPart.values()) {
            if (parts.contains(part)) {
              told.put(part.word(), qmp.execute(query(part), Map.of()));
            }
          }
          return told;
        });
  }

  private static String query(GuestPart part) {
    return part == GuestPart.CPUS ? "query-cpus-fast" : "query-" + part.word();
  }

  @Override
  public void reset() {
    var _ = talk((qmp, cage) -> qmp.execute("system_reset", Map.of()));
  }

  @Override
  public void nmi() {
    var _ = talk((qmp, cage) -> qmp.execute("inject-nmi", Map.of()));
  }

  @Override
  public SocketChannel metadataPort() {
    try (Directory cage = root.get()) {
      return QemuSocket.open(cage, METADATA, PATIENCE).release();
    }
  }

  /** QEMU writes it down beside its socket, where there is room for one. */
  @Override
  public byte[] screen() {
    return talk(
        (qmp, cage) -> {
          String file = QemuCommand.CONTROL + "/" + SCREEN;
          var _ = qmp.execute("screendump", Map.of("filename", file, "format", "png"));
          try (Directory control =
              cage.enter(FilePath.of(QemuCommand.CONTROL.substring(1)), Walk.NO_LINKS)) {
            try (RegularFile picture = control.read(SCREEN)) {
              return checked(picture.readAll(LARGEST));
            } finally {
              control.remove(SCREEN); // also where it is refused: there is room for one
            }
          }
        });
  }

  private byte[] checked(byte[] png) {
    if (png.length < PNG.length || !Arrays.equals(Arrays.copyOf(png, PNG.length), PNG)) {
      throw new PolderException(
          ErrorKind.HOST, "QEMU: what it wrote down of the screen is no PNG image");
    }
    return png;
  }

  private <T> T talk(Talk<T> talk) {
    try (Directory cage = root.get();
        Qmp qmp = Qmp.open(cage, PATIENCE)) {
      return talk.with(qmp, cage);
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "the machine of vm '%s' cannot be reached: %s".formatted(name, e.getMessage()),
          e);
    }
  }
}
