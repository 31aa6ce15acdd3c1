package polder.image;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.RegularFile;

/** A file beside a layer with the directories that it implies: each path, and a NUL after it. */
final class ImpliedList {
  private static final FileName FILE = FileName.of("implied");
  private static final int LONGEST = 16 << 20;

  private ImpliedList() {}

  /** Writes it, unless there are none. */
  static void write(Directory layer, List<FilePath> paths) {
    if (paths.isEmpty()) {
      return;
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (FilePath path : paths) {
      text.writeBytes(path.value().toArray());
      text.write(0);
      if (text.size() > LONGEST) {
        throw Refusal.invalid("the layer has more directories that it does not list than are kept");
      }
    }
    DurableFile.replace(layer, FILE, text.toByteArray());
  }

  /** Reads it; none if there is no such file. */
  static List<FilePath> read(Directory layer) {
    if (layer.find(FILE).isEmpty()) {
      return List.of();
    }
    List<FilePath> paths = new ArrayList<>();
    try (RegularFile file = layer.read(FILE)) {
      Bytes text = Bytes.of(file.readAll(LONGEST + FilePath.LONGEST + 1));
      int start = 0;
      for (int end = text.indexOf('\0', 0); end >= 0; end = text.indexOf('\0', start)) {
        paths.add(new FilePath(text.part(start, end)));
        start = end + 1;
      }
    }
    return paths;
  }
}
