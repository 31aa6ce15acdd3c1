package polder.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What can be told of a guest's machine; vmadm(8) info has the same words. */
public enum GuestPart {
  /** Whether it runs, is paused, has panicked. */
  STATUS,
  /** Its processors. */
  CPUS,
  /** Its disks. */
  BLOCK,
  /** What was read from its disks and written to them. */
  BLOCKSTATS,
  /** Its serial ports and other streams. */
  CHARDEV,
  /** Whether KVM executes its code. */
  KVM,
  /** What is in its slots. */
  PCI,
  /** Which QEMU it is. */
  VERSION;

  /** As it is written. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All words, in order. */
  public static List<String> words() {
    return Arrays.stream(values()).map(GuestPart::word).toList();
  }

  /**
   * The part of that word.
   *
   * @throws PolderException INVALID if there is none
   */
  public static GuestPart of(String word) {
    return Arrays.stream(values())
        .filter(part -> part.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.INVALID,
                    "'%s' is no part of a machine: there are %s"
                        .formatted(word, String.join(", ", words()))));
  }
}
