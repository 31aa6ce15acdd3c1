package polder.api.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer that begins with its first byte, so that a failure before it gets an honest status. */
final class LateAnswer extends OutputStream {
  private final Exchange exchange;
  private final String media;
  private @Nullable OutputStream out;

  LateAnswer(Exchange exchange, String media) {
    this.exchange = exchange;
    this.media = media;
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    OutputStream begun = out;
    if (begun == null) {
      begun = exchange.answer(200, Map.of("Content-Type", media));
      out = begun;
    }
    begun.write(bytes, offset, length);
  }

  @Override
  public void flush() throws IOException {
    if (out != null) {
      out.flush();
    }
  }

  /** Ends the answer as a whole one; without this it stays open, to be broken off. */
  void finish() throws IOException {
    if (out == null) {
      exchange.answer(200, Map.of("Content-Type", media), new byte[0]);
    } else {
      out.close();
    }
  }
}
