package polder.tests.harness;

import java.nio.file.Path;

/** How a host's control groups are called. */
final class CgroupNames {
  private CgroupNames() {}

  /** A part of the path of every control group of the host at {@code home}. */
  static String of(Path home) {
    return "polder-" + Integer.toHexString(home.toString().hashCode());
  }
}
