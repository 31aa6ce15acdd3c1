package polder.image.registry;

import polder.model.ErrorKind;
import polder.model.PolderException;

/** Why something is refused, as the one exception that leaves this package. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
final class Refused {
  private static final int SHOWN = 200;

  private Refused() {}

  /** What was given is wrong: {@code sentence} is a format. */
  static PolderException invalid(String sentence, Object... arguments) {
    return new PolderException(ErrorKind.INVALID, sentence.formatted(arguments));
  }

  /** A stranger's text for a message: its beginning, without what moves a cursor. */
  static String shown(String text) {
    String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    return start.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
  }
}
