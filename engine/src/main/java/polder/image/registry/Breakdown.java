package polder.image.registry;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import polder.image.http.ForbiddenAddressException;
import polder.image.http.GivenUpException;
import polder.image.http.HttpAnswer;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/** What went wrong with a registry, as the one exception that leaves this package. */
final class Breakdown {
  private static final int ERROR_BODY = 16 << 10;

  private Breakdown() {}

  /** The connection failed while {@code what} was done, such as "ask registry.example". */
  static PolderException of(String what, IOException e) {
    String why = Refused.shown(String.valueOf(e.getMessage()));
    if (e instanceof ForbiddenAddressException) {
      return new PolderException(
          ErrorKind.DENIED,
          "cannot %s: %s; where that is meant, say \"loopback\": true in registries.json"
              .formatted(what, why),
          e);
    }
    if (e instanceof GivenUpException) {
      return new PolderException(ErrorKind.WRONG_STATE, "cannot %s: %s".formatted(what, why), e);
    }
    if (e instanceof SocketTimeoutException) {
      return new PolderException(ErrorKind.TIMED_OUT, "cannot %s: %s".formatted(what, why), e);
    }
    if (e instanceof HttpAnswer.TooLongException) {
      return new PolderException(ErrorKind.INVALID, "cannot %s: %s".formatted(what, why), e);
    }
    if (e instanceof SSLException) {
      return new PolderException(
          ErrorKind.DENIED,
          "cannot %s: its certificate or its TLS is not one to trust: %s; \"ca_file\" in"
                  .formatted(what, why)
              + " registries.json names whom to trust",
          e);
    }
    return new PolderException(ErrorKind.UNAVAILABLE, "cannot %s: %s".formatted(what, why), e);
  }

  /** The server answered, but not with what was asked for. */
  static PolderException of(String what, HttpAnswer answer) {
    String said = said(answer);
    ErrorKind kind =
        switch (answer.status()) {
          case 401, 403 -> ErrorKind.DENIED;
          case 404 -> ErrorKind.NOT_FOUND;
          case 408, 504 -> ErrorKind.TIMED_OUT;
          case 413, 507 -> ErrorKind.NO_ROOM;
          case 429, 500, 502, 503 -> ErrorKind.UNAVAILABLE;
          case 405, 501 -> ErrorKind.UNSUPPORTED;
          default -> answer.status() < 500 ? ErrorKind.INVALID : ErrorKind.UNAVAILABLE;
        };
    String meaning =
        switch (kind) {
          case DENIED -> "it does not allow that to who we are there; log in, or ask for the right";
          case NOT_FOUND -> "it has no such thing, or does not show it to who we are there";
          default -> "it answers with status " + answer.status();
        };
    return new PolderException(
        kind, "cannot %s: %s%s".formatted(what, meaning, said.isEmpty() ? "" : " (" + said + ")"));
  }

  /** Whether somebody else might do better, as a mirror's origin. */
  static boolean isLocal(PolderException e) {
    return e.kind() == ErrorKind.NO_ROOM || e.kind() == ErrorKind.WRONG_STATE;
  }

  /** The first error of a registry's error document; empty if there is none that can be read. */
  private static String said(HttpAnswer answer) {
    try {
      byte[] bytes = answer.body().readNBytes(ERROR_BODY);
      if (Json.object(bytes).get("errors") instanceof List<?> errors
          && !errors.isEmpty()
          && errors.get(0) instanceof Map<?, ?> error) {
        String code = text(error.get("code"));
        String message = text(error.get("message"));
        return Refused.shown(message.isEmpty() ? code : code + ": " + message);
      }
      return "";
    } catch (IOException | PolderException e) {
      return "";
    }
  }

  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }
}
