package polder.storage.stream;

import polder.model.ErrorKind;
import polder.model.PolderException;

/** What is wrong with a stream, as a sentence. */
final class Malformed {
  private Malformed() {}

  static PolderException stream(String why) {
    return new PolderException(
        ErrorKind.INVALID, "the stream is refused: %s; send it again".formatted(why));
  }
}
