package polder.image;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import polder.model.ImageConfig;

/** How an image is run, where two say something of it. */
final class RunDefaults {
  private RunDefaults() {}

  /** What {@code asked} says, and what it is silent about as the {@code image} says. */
  static ImageConfig over(ImageConfig image, ImageConfig asked) {
    boolean newProgram = !asked.entrypoint().isEmpty();
    List<String> cmd = newProgram || !asked.cmd().isEmpty() ? asked.cmd() : image.cmd();
    return new ImageConfig(
        newProgram ? asked.entrypoint() : image.entrypoint(),
        cmd,
        both(image.env(), asked.env()),
        asked.workdir().or(image::workdir),
        asked.user().or(image::user),
        asked.stopSignal().or(image::stopSignal),
        both(image.labels(), asked.labels()),
        together(image.volumes(), asked.volumes()),
        together(image.ports(), asked.ports()),
        asked.healthcheck().or(image::healthcheck));
  }

  private static List<String> together(List<String> image, List<String> asked) {
    return Stream.concat(image.stream(), asked.stream()).distinct().toList();
  }

  private static Map<String, String> both(Map<String, String> image, Map<String, String> asked) {
    Map<String, String> all = new HashMap<>(image);
    all.putAll(asked);
    return all;
  }
}
