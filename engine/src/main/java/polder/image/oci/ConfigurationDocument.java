package polder.image.oci;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import polder.model.Healthcheck;
import polder.model.ImageConfig;
import polder.model.Json;

/**
 * An image's configuration as it is written: OCI image specification 1.1, config.md. What a
 * document says beyond what is changed here, it goes on saying.
 */
public final class ConfigurationDocument {
  private final Map<String, Object> tree;

  private ConfigurationDocument(Map<String, Object> tree) {
    this.tree = tree;
  }

  /** A new one, of an image without layers that says nothing. */
  public static ConfigurationDocument of(Platform platform) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("architecture", platform.arch());
    tree.put("os", platform.os());
    return new ConfigurationDocument(tree).with(List.of());
  }

  /** One that came with an image, and was {@link Configuration#read read} before. */
  public static ConfigurationDocument of(byte[] document) {
    return new ConfigurationDocument(new LinkedHashMap<>(Json.object(document)));
  }

  /** With those layers, by the digests of their archives before they are compressed. */
  public ConfigurationDocument with(List<Digest> layers) {
    Map<String, Object> files = new LinkedHashMap<>();
    files.put("type", "layers");
    files.put("diff_ids", layers.stream().map(Digest::value).toList());
    return with("rootfs", files);
  }

  /** Run so. */
  public ConfigurationDocument with(ImageConfig run) {
    Map<String, Object> config = map("config");
    set(config, "Entrypoint", run.entrypoint().isEmpty() ? null : run.entrypoint());
    set(config, "Cmd", run.cmd().isEmpty() ? null : run.cmd());
    List<String> variables = new ArrayList<>();
    new TreeMap<>(run.env()).forEach((name, value) -> variables.add(name + "=" + value));
    set(config, "Env", variables.isEmpty() ? null : variables);
    set(config, "WorkingDir", run.workdir().orElse(null));
    set(config, "User", run.user().orElse(null));
    set(config, "StopSignal", run.stopSignal().orElse(null));
    set(config, "Labels", run.labels().isEmpty() ? null : new TreeMap<>(run.labels()));
    set(config, "Volumes", names(run.volumes()));
    set(config, "ExposedPorts", names(run.ports()));
    set(config, "Healthcheck", run.healthcheck().map(ConfigurationDocument::health).orElse(null));
    return with("config", config);
  }

  /** A set, as the specification has it: an object whose names are what counts. */
  private static @Nullable Map<String, Object> names(List<String> words) {
    Map<String, Object> names = new LinkedHashMap<>();
    words.forEach(word -> names.put(word, Map.of()));
    return names.isEmpty() ? null : names;
  }

  /** Docker's: what is tried, and times in nanoseconds. */
  private static Map<String, Object> health(Healthcheck check) {
    List<Object> test = new ArrayList<>();
    if (!check.test().equals(Healthcheck.NONE)) {
      test.add("CMD");
    }
    test.addAll(check.test());
    Map<String, Object> words = new LinkedHashMap<>();
    words.put("Test", test);
    words.put("Interval", check.interval().toNanos());
    words.put("Timeout", check.timeout().toNanos());
    words.put("StartPeriod", check.startPeriod().toNanos());
    words.put("Retries", (long) check.retries());
    return words;
  }

  /** Made at that time; if there is a history, with one more line, of a layer more. */
  public ConfigurationDocument made(Instant when, String by) {
    String time = when.truncatedTo(ChronoUnit.SECONDS).toString();
    ConfigurationDocument dated = with("created", time);
    if (!(tree.get("history") instanceof List<?> history)) {
      return dated;
    }
    List<Object> longer = new ArrayList<>(history);
    longer.add(Map.of("created", time, "created_by", by));
    return dated.with("history", longer);
  }

  private ConfigurationDocument with(String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(tree);
    changed.put(name, value);
    return new ConfigurationDocument(changed);
  }

  private Map<String, Object> map(String name) {
    return tree.get(name) instanceof Map<?, ?>
        ? new LinkedHashMap<>(Json.asObject(tree.get(name)))
        : new LinkedHashMap<>();
  }

  private static void set(Map<String, Object> config, String name, @Nullable Object value) {
    if (value == null) {
      config.remove(name);
    } else {
      config.put(name, value);
    }
  }

  /** Its text. */
  public byte[] bytes() {
    return Json.write(tree).getBytes(StandardCharsets.UTF_8);
  }
}
