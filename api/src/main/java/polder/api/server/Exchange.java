package polder.api.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;

/**
 * One request and its answer: all that handlers see of HTTP, whoever serves it.
 *
 * <p>Everything blocks. One of the methods that answer is called once.
 */
interface Exchange {
  /** The method, in upper case. */
  String method();

  /** The path as it came, not decoded. */
  String path();

  /** The query as it came, not decoded; empty if there is none. */
  String query();

  /** A header's value; those of one name joined by commas. */
  Optional<String> header(String name);

  /** What the client sends, until its end; it is not waited for long. */
  InputStream body();

  /** What the client sends, until its end, where what feeds it may pause for minutes. */
  InputStream upload();

  /** Answers with a whole body. */
  void answer(int status, Map<String, String> headers, byte[] body);

  /** Answers with a body that comes bit by bit; each flush goes out. */
  OutputStream answer(int status, Map<String, String> headers) throws IOException;

  /** Answers 101 and hands the raw connection to {@code handler}, on a thread of its own. */
  void hijack(String protocol, HijackHandler handler);

  /** Whether an answer has begun, so that none of another kind can be given. */
  boolean answered();

  /** Breaks the answer off, so that the client sees that it is not whole. */
  void abort(Throwable cause);

  /** What is done with a raw connection; it is closed when this returns. */
  @FunctionalInterface
  interface HijackHandler {
    void run(Hijack connection) throws IOException;
  }
}
