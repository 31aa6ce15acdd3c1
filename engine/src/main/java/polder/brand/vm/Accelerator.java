package polder.brand.vm;

/** Who executes a guest's code. */
enum Accelerator {
  /** The host's processor. */
  KVM("kvm", "host", "kvm"),
  /** QEMU, which translates it. Of translated code it keeps 128 MiB: its limit counts with that. */
  TCG("tcg", "max", "tcg,thread=multi,tb-size=128");

  private final String word;
  private final String allFeatures;
  private final String option;

  Accelerator(String word, String allFeatures, String option) {
    this.word = word;
    this.allFeatures = allFeatures;
    this.option = option;
  }

  /** The word in a payload. */
  String word() {
    return word;
  }

  /** The processor of QEMU's that has all that this can. */
  String allFeatures() {
    return allFeatures;
  }

  /** What QEMU's {@code -accel} takes. */
  String option() {
    return option;
  }
}
