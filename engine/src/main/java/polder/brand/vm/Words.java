package polder.brand.vm;

/** Text of QEMU's, which may be a guest's by now, as it can be shown. */
final class Words {
  private static final int LONGEST = 300;

  private Words() {}

  /** {@code text} on one line, without what a terminal would obey, and not too long. */
  static String shown(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\p{Co}\\s]+", " ").strip();
    return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
  }
}
