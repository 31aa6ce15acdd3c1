package polder.api.server;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where a session is told that the daemon goes down, even before it has begun. */
final class SessionSlot {
  private final AtomicReference<@Nullable SessionServer> server = new AtomicReference<>();
  private volatile boolean down;

  void serve(SessionServer begun) {
    server.set(begun);
    if (down) {
      begun.shutdown();
    }
  }

  void shutdown() {
    down = true;
    SessionServer begun = server.get();
    if (begun != null) {
      begun.shutdown();
    }
  }
}
