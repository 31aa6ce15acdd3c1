package polder.image.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.ImageConfig;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.ImageJson;

/**
 * An image's configuration: OCI image specification 1.1, config.md.
 *
 * @param platform what it is for
 * @param run how it is run
 * @param layers the digests of its layers' archives before they were compressed, the lowest first
 */
public record Configuration(Platform platform, ImageConfig run, List<Digest> layers) {
  /** The longest that is read. */
  public static final int LONGEST = 4 << 20;

  /** Words of our own, which no image may say of itself. */
  private static final String RESERVED = "polder.";

  public Configuration {
    layers = List.copyOf(layers);
  }

  /**
   * Reads one.
   *
   * @throws PolderException INVALID, also for what a payload could not say either
   */
  public static Configuration read(byte[] bytes) {
    if (bytes.length > LONGEST) {
      throw Malformed.because("its configuration is longer than %d bytes", LONGEST);
    }
    Map<String, Object> tree = Json.object(bytes);
    Platform platform =
        new Platform(text(tree, "os"), text(tree, "architecture"), text(tree, "variant"));
    return new Configuration(platform, run(map(tree, "config")), layers(map(tree, "rootfs")));
  }

  private static ImageConfig run(Map<?, ?> config) {
    Map<String, Object> words = new LinkedHashMap<>();
    put(words, "entrypoint", config.get("Entrypoint"));
    put(words, "cmd", config.get("Cmd"));
    words.put("env", environment(config.get("Env")));
    String directory = text(config, "WorkingDir");
    put(words, "workdir", directory.startsWith("/") ? directory : "/" + directory);
    put(words, "user", text(config, "User"));
    put(words, "stop_signal", text(config, "StopSignal"));
    Map<String, Object> labels = new LinkedHashMap<>();
    map(config, "Labels")
        .forEach(
            (name, value) -> {
              if (!String.valueOf(name).startsWith(RESERVED)) {
                labels.put(String.valueOf(name), value);
              }
            });
    words.put("labels", labels);
    RunWords.add(words, config);
    try {
      return ImageJson.readConfig(words);
    } catch (PolderException e) {
      throw new PolderException(ErrorKind.INVALID, "the image is refused: " + e.getMessage(), e);
    }
  }

  private static void put(Map<String, Object> words, String name, @Nullable Object value) {
    boolean unsaid = value == null || value.equals("") || value.equals("/");
    if (!unsaid) {
      words.put(name, value);
    }
  }

  /** What is no NAME=VALUE is nothing that a program could ask for. */
  private static Map<String, Object> environment(@Nullable Object tree) {
    Map<String, Object> variables = new LinkedHashMap<>();
    if (tree instanceof List<?> list) {
      for (Object each : list) {
        int equals = each instanceof String text ? text.indexOf('=') : -1;
        if (equals > 0) {
          String variable = String.valueOf(each);
          variables.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
      }
    }
    return variables;
  }

  private static List<Digest> layers(Map<?, ?> files) {
    List<Digest> all = new ArrayList<>();
    if (files.get("diff_ids") instanceof List<?> list) {
      for (Object each : list) {
        all.add(new Digest(String.valueOf(each)));
      }
    }
    return all;
  }

  private static Map<?, ?> map(Map<?, ?> tree, String name) {
    return tree.get(name) instanceof Map<?, ?> map ? map : Map.of();
  }

  private static String text(Map<?, ?> tree, String name) {
    return tree.get(name) instanceof String text ? text : "";
  }
}
