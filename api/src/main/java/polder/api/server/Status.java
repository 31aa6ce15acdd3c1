package polder.api.server;

import polder.model.ErrorKind;

/** Kinds of failure as HTTP says them (RFC 9110, section 15). */
final class Status {
  private Status() {}

  static int of(ErrorKind kind) {
    return switch (kind) {
      case INVALID -> 400;
      case DENIED -> 403;
      case NOT_FOUND -> 404;
      case EXISTS, WRONG_STATE -> 409;
      case HOST -> 500;
      case UNSUPPORTED -> 501;
      case UNAVAILABLE, UNREACHABLE -> 503;
      case TIMED_OUT -> 504;
      case NO_ROOM -> 507;
    };
  }
}
