package polder.image;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import polder.model.ImageRequest;
import polder.model.Progress;

/** A program that imports an image and deletes it again for as long as it is let live. */
final class ImportingProcess {
  private ImportingProcess() {}

  /** Starts it; it says "r" on its output when it begins. */
  static Process start(Path images, Path tarball) throws IOException {
    Stream<URI> modules =
        ModuleLayer.boot().configuration().modules().stream()
            .map(module -> module.reference().location())
            .flatMap(Optional::stream)
            .filter(location -> location.getScheme().equals("file"));
    String tests = Path.of("target", "test-classes").toAbsolutePath().toString();
    String classes =
        Stream.concat(modules.map(module -> Path.of(module).toString()), Stream.of(tests))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes,
            ImportingProcess.class.getName(),
            images.toString(),
            tarball.toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Arguments: the store's directory and the archive. */
  public static void main(String[] arguments) throws IOException {
    Path tarball = Path.of(arguments[1]);
    try (LocalStore store =
        LocalStore.open(Path.of(arguments[0]), image -> false, Limits.DEFAULT)) {
      System.out.print('r');
      System.out.flush();
      while (true) {
        try (InputStream in = Files.newInputStream(tarball)) {
          store.importTarball(in, ImageRequest.of("killed"), Progress.NONE);
        }
        store.delete("killed");
      }
    }
  }
}
