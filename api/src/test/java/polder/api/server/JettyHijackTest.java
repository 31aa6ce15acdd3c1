package polder.api.server;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class JettyHijackTest {
  @Test
  @Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
  @DisplayName(
      "R-LEAK-01 a read ends though the connection was closed just before it began to wait")
  void closedBeforeTheWait() {
    ByteArrayEndPoint endPoint =
        new ByteArrayEndPoint() {
          @Override
          public int fill(ByteBuffer buffer) {
            close(); // as another thread may, between this look and the wait for more
            return 0;
          }

          @Override
          protected void needsFillInterest() {
            // a socket's asks its selector, which knows nothing of a closed one
          }
        };
    AtomicReference<Throwable> end = new AtomicReference<>();
    JettyHijack hijack =
        new JettyHijack(
            endPoint,
            Runnable::run,
            connection -> end.set(assertThrows(IOException.class, connection.in()::read)));
    hijack.onOpen();
    assertNotNull(end.get());
  }
}
