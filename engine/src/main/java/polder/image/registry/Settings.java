package polder.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Json;
import polder.model.PolderException;

/**
 * What the administrator says of registries: a strict JSON object whose members are registries.
 *
 * <pre>{@code
 * {
 *   "docker.io": {"mirrors": ["mirror.example/hub"]},
 *   "registry.example:5000": {"ca_file": "/etc/polder/registry.pem"},
 *   "build.example": {"plain_http": true, "loopback": true}
 * }
 * }</pre>
 */
public final class Settings {
  private static final int LONGEST = 1 << 20;
  private static final Set<String> NAMES =
      Set.of("mirrors", "plain_http", "loopback", "ca_file", "pins", "token_host");

  /** Nothing is said. */
  public static final Settings NONE = new Settings(Map.of());

  /**
   * A registry that is asked first.
   *
   * @param registry which one
   * @param prefix what comes before the repository's name there, with a slash at its end; may be
   *     empty
   */
  record Mirror(RegistryName registry, String prefix) {
    static Mirror of(String text) {
      int slash = text.indexOf('/');
      String path = slash < 0 ? "" : text.substring(slash + 1);
      if (path.isEmpty()) {
        return new Mirror(new RegistryName(slash < 0 ? text : text.substring(0, slash)), "");
      }
      RegistryName registry = new RegistryName(text.substring(0, slash));
      return new Mirror(
          registry,
          new Reference(registry, path, Optional.of("any"), Optional.empty()).repository() + "/");
    }
  }

  /**
   * What is said of one registry.
   *
   * @param mirrors asked before it, for pulls
   * @param plainHttp whether it is spoken to without TLS; loopback addresses always may be
   * @param loopback whether its name may mean this very host
   * @param authorities a PEM file: whom to trust, instead of the JDK's list
   * @param pins what the server's key may be; any if empty
   * @param tokenHost whom else, than itself, its credentials may be told to get tokens
   */
  record Entry(
      List<Mirror> mirrors,
      boolean plainHttp,
      boolean loopback,
      Optional<Path> authorities,
      Set<String> pins,
      Optional<RegistryName> tokenHost) {
    static final Entry NONE =
        new Entry(List.of(), false, false, Optional.empty(), Set.of(), Optional.empty());

    Entry {
      mirrors = List.copyOf(mirrors);
      pins = Set.copyOf(pins);
    }
  }

  private final Map<RegistryName, Entry> entries;

  private Settings(Map<RegistryName, Entry> entries) {
    this.entries = Map.copyOf(entries);
  }

  /** Reads {@code file}, which need not be there. */
  public static Settings read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw Refused.invalid("%s is longer than %d bytes", file, LONGEST);
      }
      return of(Json.object(bytes), file.toString());
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (IOException e) {
      throw new PolderException(ErrorKind.HOST, "cannot read %s: %s".formatted(file, e), e);
    }
  }

  /** What {@code tree} says; {@code source} names it in a refusal. */
  static Settings of(Map<String, Object> tree, String source) {
    Map<RegistryName, Entry> entries = new HashMap<>();
    List<Fault> faults = new ArrayList<>();
    tree.forEach((name, value) -> new Reader(faults, name).entry(value, entries));
    if (!faults.isEmpty()) {
      throw new PolderException(source + " is refused", faults);
    }
    return new Settings(entries);
  }

  Entry of(RegistryName registry) {
    return entries.getOrDefault(registry, Entry.NONE);
  }

  private static final class Reader {
    private final List<Fault> faults;
    private final String name;

    Reader(List<Fault> faults, String name) {
      this.faults = faults;
      this.name = name;
    }

    void entry(@Nullable Object value, Map<RegistryName, Entry> entries) {
      if (!(value instanceof Map<?, ?> map)) {
        fault("", "must be an object");
        return;
      }
      for (Object key : map.keySet()) {
        if (!NAMES.contains(String.valueOf(key))) {
          fault(String.valueOf(key), "is not known");
        }
      }
      try {
        List<Mirror> mirrors = texts(map, "mirrors").stream().map(Mirror::of).toList();
        Set<String> pins = Set.copyOf(texts(map, "pins"));
        if (!pins.stream().allMatch(pin -> pin.matches("sha256:[0-9a-f]{64}"))) {
          fault("pins", "must be 'sha256:' and 64 digits each");
        }
        Optional<Path> authorities = text(map, "ca_file").map(Path::of);
        if (authorities.isPresent() && !authorities.get().isAbsolute()) {
          fault("ca_file", "must be an absolute path");
        }
        Optional<RegistryName> tokenHost = text(map, "token_host").map(RegistryName::new);
        Entry entry =
            new Entry(
                mirrors,
                flag(map, "plain_http"),
                flag(map, "loopback"),
                authorities,
                pins,
                tokenHost);
        if (entries.putIfAbsent(new RegistryName(name), entry) != null) {
          fault("", "is the same registry as another one here");
        }
      } catch (PolderException e) {
        fault("", String.valueOf(e.getMessage()));
      }
    }

    private boolean flag(Map<?, ?> map, String key) {
      Object value = map.get(key);
      if (value != null && !(value instanceof Boolean)) {
        fault(key, "must be true or false");
      }
      return Boolean.TRUE.equals(value);
    }

    private Optional<String> text(Map<?, ?> map, String key) {
      Object value = map.get(key);
      if (value instanceof String text && !text.isEmpty() && text.indexOf('\0') < 0) {
        return Optional.of(text);
      }
      if (map.containsKey(key)) {
        fault(key, "must be text");
      }
      return Optional.empty();
    }

    private List<String> texts(Map<?, ?> map, String key) {
      Object value = map.get(key);
      List<String> texts = new ArrayList<>();
      if (value instanceof List<?> list) {
        for (Object item : list) {
          if (item instanceof String text) {
            texts.add(text);
          }
        }
        if (texts.size() == list.size()) {
          return texts;
        }
      }
      if (map.containsKey(key)) {
        fault(key, "must be a list of texts");
      }
      return texts;
    }

    private void fault(String key, String what) {
      String shown = Refused.shown(name) + (key.isEmpty() ? "" : "." + Refused.shown(key));
      faults.add(new Fault(shown, what));
    }
  }
}
