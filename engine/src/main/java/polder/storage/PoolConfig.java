package polder.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Pool;

/**
 * What is recorded of a pool of btrfs, on the host and in the pool itself.
 *
 * @param uuid of the file system
 * @param source the file, device or directory; in the pool itself it is what it was at first
 */
record PoolConfig(String name, Pool.Kind kind, Path source, UUID uuid) {
  static final FileName FILE = FileName.of("pool.json");
  private static final int MOST_TEXT = 1 << 16;

  void write(Directory directory) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("schema", 1L);
    tree.put("name", name);
    tree.put("kind", kind.name().toLowerCase(Locale.ROOT));
    tree.put("source", source.toString());
    tree.put("uuid", uuid.toString());
    byte[] bytes = (Json.pretty(tree) + "\n").getBytes(StandardCharsets.UTF_8);
    DurableFile.replace(directory, FILE, bytes);
  }

  /**
   * Reads it.
   *
   * @throws PolderException HOST if it is not there or damaged
   */
  static PoolConfig read(Directory directory) {
    try (var file = directory.read(FILE)) {
      Map<String, Object> tree = Json.object(file.readAll(MOST_TEXT));
      return new PoolConfig(
          Pool.checkName(text(tree, "name")),
          Pool.Kind.valueOf(text(tree, "kind").toUpperCase(Locale.ROOT)),
          Path.of(text(tree, "source")),
          UUID.fromString(text(tree, "uuid")));
    } catch (SyscallException | IllegalArgumentException | PolderException e) {
      throw new PolderException(
          ErrorKind.HOST, "the description of the pool is damaged: " + e.getMessage(), e);
    }
  }

  private static String text(Map<String, Object> tree, String key) {
    if (tree.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("it has no " + key);
  }

  PoolConfig at(Path place) {
    return new PoolConfig(name, kind, place, uuid);
  }
}
