package polder.image.http;

import java.io.IOException;

/** Somebody closed {@link Http} meanwhile: nothing more is asked, and nothing again. */
public final class GivenUpException extends IOException {
  private static final long serialVersionUID = 1;

  GivenUpException(IOException cause) {
    super("it was given up", cause);
  }
}
