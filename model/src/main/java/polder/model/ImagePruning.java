package polder.model;

import java.util.List;

/**
 * What was taken away, or would be.
 *
 * @param images the images, each by one of its names
 * @param layers how many layers that no other image has
 * @param bytes the bytes of their files
 */
public record ImagePruning(List<Image> images, int layers, long bytes) {
  public ImagePruning {
    images = List.copyOf(images);
  }
}
