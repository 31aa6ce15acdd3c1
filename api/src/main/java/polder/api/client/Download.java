package polder.api.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * A stream that the daemon sends, which ends as a whole or with an exception.
 *
 * @param caller who asks
 * @param target what is asked for
 * @param what what it is of, for a message
 */
record Download(Caller caller, String target, String what) {
  /** Fetches it; {@code out} stays open. */
  void to(OutputStream out, Progress progress) {
    Caller.Open open = caller.open("GET", target, Map.of(), null);
    try (HttpConnection _ = open.connection()) {
      InputStream from = open.reply().body();
      byte[] buffer = new byte[65_536];
      long came = 0;
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        keep(out, buffer, n);
        came += n;
        progress.report("receiving", came, -1);
      }
      keep(out, buffer, 0);
    } catch (IOException e) {
      throw Caller.lost(e);
    }
  }

  /** Writes and shows it: what fails here is the caller's own, and not the daemon's. */
  private void keep(OutputStream out, byte[] bytes, int count) {
    try {
      out.write(bytes, 0, count);
      if (count == 0) {
        out.flush();
      }
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot write what came of '%s' here: %s".formatted(what, e.getMessage()),
          e);
    }
  }
}
