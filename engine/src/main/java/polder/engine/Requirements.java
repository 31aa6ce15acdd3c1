package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.model.Fault;
import polder.model.ImageAbout;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What an image asks of the zones that are made from it. */
final class Requirements {
  private Requirements() {}

  /** Says how {@code spec} is not what the image asks for, a fault for each. */
  static List<Fault> check(ImageAbout image, ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    image
        .brand()
        .filter(brand -> brand != spec.brand())
        .ifPresent(
            brand ->
                faults.add(
                    new Fault("brand", "the image is for brand '%s'".formatted(brand.word()))));
    Optional<Long> memory = spec.find(ZoneProperties.MAX_PHYSICAL_MEMORY);
    image
        .minRam()
        .filter(least -> memory.isPresent() && memory.get() < least)
        .ifPresent(least -> faults.add(memory("at least", least)));
    image
        .maxRam()
        .filter(most -> most > 0 && memory.orElse(Long.MAX_VALUE) > most)
        .ifPresent(most -> faults.add(memory("at most", most)));
    return faults;
  }

  private static Fault memory(String which, long mib) {
    return new Fault("max_physical_memory", "the image asks for %s %d MiB".formatted(which, mib));
  }
}
