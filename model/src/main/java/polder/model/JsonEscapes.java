package polder.model;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.io.SerializedString;

/**
 * What is escaped in JSON that we write, beside what RFC 8259 asks for: all that moves a terminal's
 * cursor or turns the direction of text round. JSON is read by people too, and a payload's words
 * are others'.
 */
final class JsonEscapes extends CharacterEscapes {
  private static final long serialVersionUID = 1;
  private static final int[] ASCII = ascii();

  private static int[] ascii() {
    int[] escapes = standardAsciiEscapesForJSON();
    escapes[0x7f] = ESCAPE_STANDARD;
    return escapes;
  }

  @Override
  public int[] getEscapeCodesForAscii() {
    return ASCII;
  }

  @Override
  public @Nullable SerializableString getEscapeSequence(int c) {
    return moves(c) ? new SerializedString("\\u%04x".formatted(c)) : null;
  }

  /** C1 controls, separators of lines, and marks of direction. */
  private static boolean moves(int c) {
    return (c >= 0x80 && c < 0xa0)
        || c == 0x61c
        || c == 0x200e
        || c == 0x200f
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
