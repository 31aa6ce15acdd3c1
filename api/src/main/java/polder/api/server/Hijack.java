package polder.api.server;

import java.io.InputStream;
import java.io.OutputStream;

/** A connection that is no longer HTTP's. */
interface Hijack extends AutoCloseable {
  /** What the client sends, until it closes its half. */
  InputStream in();

  /** To the client; closing it closes our half only. */
  OutputStream out();

  /** Closes both halves; who reads or writes gets an exception. */
  @Override
  void close();
}
