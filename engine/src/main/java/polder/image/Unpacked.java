package polder.image;

import java.util.List;
import polder.linux.FilePath;

/**
 * What came out of an archive.
 *
 * @param entries how many entries
 * @param bytes how many bytes of data
 * @param implied of a layer, the directories that it does not list but has something in, those
 *     above first
 */
public record Unpacked(long entries, long bytes, List<FilePath> implied) {
  public Unpacked {
    implied = List.copyOf(implied);
  }
}
