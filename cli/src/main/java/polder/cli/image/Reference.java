package polder.cli.image;

import java.util.regex.Pattern;
import polder.cli.call.Words;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** How somebody names an image: uuid, digest or its beginning, {@code name[:tag]}. */
final class Reference {
  private static final Pattern VALID =
      Pattern.compile(
          "([a-z0-9]([a-z0-9.-]*[a-z0-9])?:[0-9]{1,5}/)?[a-z0-9]+([._/-]+[a-z0-9]+)*"
              + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?");

  private Reference() {}

  /** The reference, if it can be one. */
  static String of(String text) {
    if (text.length() > 384 || !VALID.matcher(text).matches() || text.contains("..")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'" + Words.printable(text) + "' names no image: use name[:tag], its uuid or its digest");
    }
    return text;
  }
}
