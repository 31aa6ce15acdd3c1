package polder.api.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** A fake zone's files: directories and plain files only, moved in and out as tar (ustar). */
final class FakeFiles {
  private static final int BLOCK = 512;
  private static final Optional<byte[]> DIRECTORY = Optional.empty();

  /** By absolute path; a directory has no content. */
  private final Map<String, Optional<byte[]>> files = new TreeMap<>();

  FakeFiles() {
    for (String path : List.of("/", "/etc", "/home", "/opt", "/root", "/srv", "/tmp", "/var")) {
      files.put(path, DIRECTORY);
    }
  }

  FakeFiles copy() {
    FakeFiles copy = new FakeFiles();
    copy.become(this);
    return copy;
  }

  /** From now on it has what {@code other} has. */
  void become(FakeFiles other) {
    files.clear();
    files.putAll(other.files);
  }

  /** All of it as a tree of JSON: contents in base64, a slash for a directory. */
  Map<String, Object> write() {
    Map<String, Object> tree = new TreeMap<>();
    files.forEach(
        (path, content) ->
            tree.put(path, content.map(Base64.getEncoder()::encodeToString).orElse("/")));
    return tree;
  }

  static FakeFiles read(Map<String, Object> tree) {
    FakeFiles read = new FakeFiles();
    read.files.clear();
    tree.forEach(
        (path, content) ->
            read.files.put(
                path,
                content.equals("/")
                    ? DIRECTORY
                    : Optional.of(Base64.getDecoder().decode(String.valueOf(content)))));
    return read;
  }

  Optional<byte[]> read(String path) {
    return files.getOrDefault(path, DIRECTORY);
  }

  void copyIn(String directory, InputStream tar) {
    if (files.getOrDefault(plain(directory), Optional.of(new byte[0])).isPresent()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND, "there is no directory '%s' in the zone".formatted(directory));
    }
    try {
      for (byte[] head = tar.readNBytes(BLOCK);
          head.length == BLOCK && head[0] != 0;
          head = tar.readNBytes(BLOCK)) {
        entry(plain(directory), head, tar);
      }
      tar.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new PolderException(ErrorKind.HOST, "cannot read the archive: " + e.getMessage(), e);
    }
  }

  private void entry(String directory, byte[] head, InputStream tar) throws IOException {
    if (!text(head, 257, 5).equals("ustar")) {
      throw new PolderException(ErrorKind.INVALID, "the archive is no tar stream");
    }
    int size = Integer.parseInt(text(head, 124, 11), 8);
    byte[] content = tar.readNBytes(size);
    tar.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
    String prefix = text(head, 345, 155);
    String name = (prefix.isEmpty() ? "" : prefix + "/") + text(head, 0, 100);
    if (Arrays.asList(name.split("/", -1)).contains("..")) {
      throw new PolderException(
          ErrorKind.INVALID, "the archive's '%s' leads out of the directory".formatted(name));
    }
    String path = plain(directory + "/" + name);
    switch (head[156]) {
      case '5' -> files.put(path, DIRECTORY);
      case '0', 0 -> files.put(path, Optional.of(content));
      default ->
          throw new PolderException(
              ErrorKind.UNSUPPORTED, "a fake zone takes only files and directories");
    }
  }

  void copyOut(String path, OutputStream tar) {
    String from = plain(path);
    if (!files.containsKey(from)) {
      throw new PolderException(
          ErrorKind.NOT_FOUND, "there is no '%s' in the zone".formatted(path));
    }
    String parent = from.substring(0, from.lastIndexOf('/') + 1);
    try {
      for (Map.Entry<String, Optional<byte[]>> file : files.entrySet()) {
        if (file.getKey().equals(from) || file.getKey().startsWith(from + "/")) {
          write(tar, file.getKey().substring(parent.length()), file.getValue());
        }
      }
      tar.write(new byte[2 * BLOCK]);
      tar.flush();
    } catch (IOException e) {
      throw new PolderException(ErrorKind.HOST, "cannot write the archive: " + e.getMessage(), e);
    }
  }

  private static void write(OutputStream tar, String name, Optional<byte[]> file)
      throws IOException {
    byte[] content = file.orElseGet(() -> new byte[0]);
    byte[] head = new byte[BLOCK];
    put(head, 0, file.isEmpty() ? name + "/" : name);
    put(head, 100, file.isEmpty() ? "0000755" : "0000644");
    put(head, 108, "0000000");
    put(head, 116, "0000000");
    put(head, 124, "%011o".formatted(content.length));
    put(head, 136, "%011o".formatted(0));
    put(head, 148, "        ");
    head[156] = (byte) (file.isEmpty() ? '5' : '0');
    put(head, 257, "ustar");
    put(head, 263, "00");
    int sum = 0;
    for (byte b : head) {
      sum += b & 0xff;
    }
    put(head, 148, "%06o".formatted(sum));
    head[154] = 0;
    tar.write(head);
    tar.write(content);
    tar.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  private static void put(byte[] head, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, head, at, bytes.length);
  }

  private static String text(byte[] head, int at, int most) {
    int end = at;
    while (end < at + most && head[end] != 0) {
      end++;
    }
    return new String(head, at, end - at, StandardCharsets.UTF_8).strip();
  }

  private static String plain(String path) {
    return java.nio.file.Path.of("/" + path).normalize().toString();
  }
}
