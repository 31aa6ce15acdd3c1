package polder.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.PolderException;

@Timeout(600)
class UnforeseenTest {
  @TempDir Path directory;

  @Test
  void whatNobodyForesawIsLoggedWholeAndToldAsANumber() {
    List<LogRecord> logged = new ArrayList<>();
    Logger log = Logger.getLogger("polder.api");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            logged.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    log.addHandler(handler);
    log.setUseParentHandlers(false);
    Path socket = directory.resolve("run/api.sock");
    try (FakeHost fake = new FakeHost();
        ApiServer server = ApiServer.open(broken(fake), socket)) {
      assertEquals(0, server.streams());
      PolderException error =
          assertThrows(PolderException.class, () -> RemoteHost.open(socket).doctor());
      assertEquals(ErrorKind.HOST, error.kind());
      String told = String.valueOf(error.getMessage());
      assertFalse(told.contains("secret") || told.contains("Exception"), told);
      String reference = told.substring(told.lastIndexOf(' ') + 1);
      assertTrue(reference.matches("[0-9a-f]{8}"), told);
      LogRecord record =
          logged.stream().filter(r -> r.getThrown() != null).findFirst().orElseThrow();
      assertTrue(record.getMessage().contains(reference), record.getMessage());
      assertTrue(
          RemoteHost.open(socket).info().daemonPid() > 0,
          "the next request is served all the same");
    } finally {
      log.removeHandler(handler);
      log.setUseParentHandlers(true);
    }
  }

  /** A host whose doctor breaks. */
  private static Host broken(Host host) {
    return (Host)
        Proxy.newProxyInstance(
            Host.class.getClassLoader(),
            new Class<?>[] {Host.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("doctor")) {
                throw new IllegalStateException("secret of the house");
              }
              try {
                return method.invoke(host, arguments);
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }
}
