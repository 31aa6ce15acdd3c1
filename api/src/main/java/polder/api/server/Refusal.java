package polder.api.server;

import java.util.Map;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** A request that is wrong as HTTP, with the status that says so better than the kind does. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient PolderException error;
  private final transient Map<String, String> headers;

  Refusal(int status, ErrorKind kind, String sentence, Map<String, String> headers) {
    super(sentence);
    this.status = status;
    this.error = new PolderException(kind, sentence);
    this.headers = headers;
  }

  Refusal(int status, ErrorKind kind, String sentence) {
    this(status, kind, sentence, Map.of());
  }

  int status() {
    return status;
  }

  PolderException error() {
    return error;
  }

  Map<String, String> headers() {
    return headers;
  }
}
