package polder.api.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.ErrorJson;

/** Asks the daemon, and turns what it answers into trees and failures. */
final class Caller {
  private static final int LONGEST_ERROR = 4 << 20;

  private final Path socket;

  Caller(Path socket) {
    this.socket = socket;
  }

  /** What is read from a connection that stays open. */
  record Open(HttpConnection connection, Reply reply) {}

  /** Asks for JSON; null where the answer has no body. */
  @Nullable Object call(String method, String target, @Nullable Object body) {
    try (HttpConnection connection = HttpConnection.open(socket)) {
      connection.send(method, target, headers(body), bytes(body));
      return tree(checked(connection.reply()));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Asks for work that goes on while we look: answers the operation. */
  Map<String, Object> start(String method, String target, Object body) {
    try (HttpConnection connection = HttpConnection.open(socket)) {
      Map<String, String> headers = headers(body);
      headers.put("Prefer", "respond-async");
      connection.send(method, target, headers, bytes(body));
      return Json.asObject(tree(checked(connection.reply())));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Asks for JSON with a body that is streamed. */
  @Nullable Object upload(
      String method, String target, Map<String, String> more, InputStream body) {
    try (HttpConnection connection = HttpConnection.open(socket)) {
      Map<String, String> headers = new LinkedHashMap<>(more);
      headers.putIfAbsent("Content-Type", "application/x-tar");
      connection.send(method, target, headers, body);
      return tree(checked(connection.reply()));
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Asks for what streams; the caller closes the connection. */
  Open open(String method, String target, Map<String, String> more, @Nullable Object body) {
    HttpConnection connection = HttpConnection.open(socket);
    try {
      Map<String, String> headers = headers(body);
      headers.putAll(more);
      connection.send(method, target, headers, bytes(body));
      return new Open(connection, checked(connection.reply()));
    } catch (IOException e) {
      connection.close();
      throw lost(e);
    } catch (RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Map<String, String> headers(@Nullable Object body) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (body != null) {
      headers.put("Content-Type", "application/json");
    }
    return headers;
  }

  private static byte @Nullable [] bytes(@Nullable Object body) {
    return body == null ? null : Json.write(body).getBytes(StandardCharsets.UTF_8);
  }

  private static @Nullable Object tree(Reply reply) throws IOException {
    byte[] body = reply.body().readAllBytes();
    return body.length == 0 ? null : Json.read(body);
  }

  private static Reply checked(Reply reply) throws IOException {
    if (reply.status() < 400) {
      return reply;
    }
    byte[] body = reply.body().readNBytes(LONGEST_ERROR);
    PolderException told;
    try {
      told = ErrorJson.read(Json.read(body));
    } catch (PolderException e) {
      throw new PolderException(
          ErrorKind.HOST, "the daemon answered with status " + reply.status(), e);
    }
    throw told;
  }

  static PolderException lost(IOException e) {
    return e instanceof ClosedByInterruptException
        ? new PolderException(ErrorKind.HOST, "interrupted while the daemon was asked", e)
        : new PolderException(
            ErrorKind.UNREACHABLE, "lost the connection to the daemon: " + e.getMessage(), e);
  }

  /** A text as a part of a path or a query (RFC 3986, section 2.3). */
  static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 8);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~/:".indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }
}
