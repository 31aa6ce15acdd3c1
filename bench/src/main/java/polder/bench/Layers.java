package polder.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import polder.model.Brand;
import polder.model.Host;
import polder.model.ImageRequest;
import polder.model.Progress;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** An image of ten layers, the lowest the userland, as a file that docker save would write. */
final class Layers implements AutoCloseable {
  /** As it is named in the file. */
  static final String NAME = "docker.io/library/bench-layers:1";

  private static final String OURS = "bench-layers";
  private static final int COUNT = 10;
  private static final int FILES = 50; // in each

  private final Path archive;

  private Layers(Path archive) {
    this.archive = archive;
  }

  /** The stage's. */
  static Layers of(Stage stage) {
    return stage.prop(Layers.class, Layers::make);
  }

  private static Layers make(Stage stage) {
    String umoci = Registry.program("umoci");
    String skopeo = Registry.program("skopeo");
    String tar = Registry.program("tar");
    Path directory = stage.directory().resolve("layers");
    Path layout = directory.resolve("layout");
    Path archive = directory.resolve("image.tar");
    String image = layout + ":1";
    try {
      Files.createDirectory(directory);
      Command.of(stage, umoci, "init", "--layout", layout.toString()).run();
      Command.of(stage, umoci, "new", "--image", image).run();
      for (int i = 0; i < COUNT; i++) {
        Path layer = i == 0 ? Userland.of(stage).tarball() : layer(stage, tar, directory, i);
        Command.of(stage, umoci, "raw", "add-layer", "--image", image, layer.toString()).run();
        stage.checkGoing();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.of(
            stage,
            skopeo,
            "copy",
            "--quiet",
            "--insecure-policy",
            "oci:" + image,
            "docker-archive:" + archive + ":" + NAME)
        .run();
    return new Layers(archive);
  }

  private static Path layer(Stage stage, String tar, Path directory, int number)
      throws IOException {
    Path tree = Files.createDirectory(directory.resolve("tree" + number));
    Path files = Files.createDirectories(tree.resolve("usr/share/part" + number));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(files.resolve("file" + i), "layer %d, file %d\n".formatted(number, i));
    }
    Path layer = directory.resolve("layer" + number + ".tar");
    Command.of(stage, tar, "--numeric-owner", "-C", tree.toString(), "-cf", layer.toString(), ".")
        .run();
    return layer;
  }

  /** The file. */
  Path archive() {
    return archive;
  }

  /** A zone of it that runs /bin/true, from its creation until it is deleted. */
  static Contender ours(Stage stage) {
    Host host = ZoneHost.of(stage).host();
    try (InputStream file = Files.newInputStream(of(stage).archive())) {
      host.images().importTarball(file, ImageRequest.of(OURS), Progress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, "bench-layers")
            .with(ZoneProperties.IMAGE, OURS)
            .with(ZoneProperties.AUTOBOOT, false)
            .with(ZoneProperties.CMD, List.of("/bin/true"));
    Runnable work =
        () -> {
          ZoneRef zone = ZoneRef.of(host.zones().create(spec).uuid());
          host.zones().start(zone);
          ZoneHost.check(host.zones().await(zone));
          host.zones().delete(zone, true);
        };
    return new Contender() {
      @Override
      public double measure() {
        return Contender.milliseconds(work);
      }

      @Override
      public void close() {
        host.images().delete(OURS);
      }
    };
  }

  @Override
  public void close() {
    // it goes with the stage's directory
  }
}
