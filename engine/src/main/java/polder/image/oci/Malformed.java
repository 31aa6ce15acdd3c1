package polder.image.oci;

import polder.model.ErrorKind;
import polder.model.PolderException;

/** A document that is none, as the one exception that leaves this package. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
final class Malformed {
  private static final int SHOWN = 100;

  private Malformed() {}

  static PolderException because(String why, Object... arguments) {
    return new PolderException(
        ErrorKind.INVALID, "the image is refused: " + why.formatted(arguments));
  }

  /** A stranger's text for a message. */
  static String shown(String text) {
    String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    return start.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
  }
}
