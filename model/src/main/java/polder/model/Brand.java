package polder.model;

import java.util.Arrays;
import java.util.Optional;

/** How a zone runs. */
public enum Brand {
  /** Shares the host's userland read-only. */
  NATIVE("native", "OS"),
  /** Has a Linux userland of its own, from an image. */
  LX("lx", "LX"),
  /** Has a kernel of its own, under QEMU. */
  VM("vm", "VM");

  private final String word;
  private final String type;

  Brand(String word, String type) {
    this.word = word;
    this.type = type;
  }

  /** The word in a payload. */
  public String word() {
    return word;
  }

  /** SmartOS's short name for the kind, as {@code list} shows it. */
  public String type() {
    return type;
  }

  /** The brand that a payload's word means; SmartOS's spellings are understood. */
  public static Optional<Brand> of(String word) {
    return switch (word) {
      case "joyent", "joyent-minimal" -> Optional.of(NATIVE);
      case "kvm", "bhyve" -> Optional.of(VM);
      default -> Arrays.stream(values()).filter(b -> b.word.equals(word)).findFirst();
    };
  }
}
