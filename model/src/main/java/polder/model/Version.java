package polder.model;

import java.lang.module.ModuleDescriptor;
import org.jspecify.annotations.Nullable;

/** This program's version: the build's, which the compiler writes into each module. */
public final class Version {
  private Version() {}

  /** It, such as {@code 1.2.3}; {@code unknown} on the class path, where there are no modules. */
  public static String ours() {
    @Nullable ModuleDescriptor descriptor = Version.class.getModule().getDescriptor();
    return descriptor == null ? "unknown" : descriptor.rawVersion().orElse("unknown");
  }
}
