package polder.model;

import java.util.List;
import java.util.UUID;

/**
 * What an image takes of the disk.
 *
 * @param uuid the image
 * @param names all its names, {@code name:tag}
 * @param layers how many layers it has; 1 for a tree of its own
 * @param shared bytes of files in layers that other images here have, too
 * @param own bytes of files that go with it
 * @param zones whether a zone is made from it
 */
public record ImageUsage(
    UUID uuid, List<String> names, int layers, long shared, long own, boolean zones) {
  public ImageUsage {
    names = List.copyOf(names);
  }
}
