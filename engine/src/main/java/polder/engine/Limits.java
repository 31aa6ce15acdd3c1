package polder.engine;

import java.util.Optional;
import java.util.OptionalLong;
import polder.linux.CgroupLimits;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What a spec says of resources, in the kernel's units. */
final class Limits {
  private static final int MIB = 20; // as a shift

  private Limits() {}

  /** The limits of a zone's control group. */
  static CgroupLimits of(ZoneSpec spec) {
    OptionalLong memory = bytes(spec.memory());
    OptionalLong both = bytes(spec.find(ZoneProperties.MAX_SWAP));
    return new CgroupLimits(
        memory,
        memory.isPresent() && both.isPresent()
            ? OptionalLong.of(both.getAsLong() - memory.getAsLong())
            : OptionalLong.empty(),
        OptionalLong.of(spec.get(ZoneProperties.MAX_LWPS)),
        OptionalLong.of(spec.get(ZoneProperties.CPU_SHARES)),
        spec.find(ZoneProperties.CPU_CAP).map(OptionalLong::of).orElseGet(OptionalLong::empty),
        OptionalLong.empty());
  }

  private static OptionalLong bytes(Optional<Long> mebibytes) {
    return mebibytes.isPresent() ? OptionalLong.of(mebibytes.get() << MIB) : OptionalLong.empty();
  }
}
