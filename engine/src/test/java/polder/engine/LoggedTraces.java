package polder.engine;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Tells of what the engine logs with a stack trace: nobody foresaw it. By reflection, because the
 * engine's module does not read {@code java.logging}, which is behind {@link System.Logger} here.
 */
final class LoggedTraces {
  private LoggedTraces() {}

  static void tell(Consumer<String> whom) throws ReflectiveOperationException {
    Method thrown = Class.forName("java.util.logging.LogRecord").getMethod("getThrown");
    Method message = Class.forName("java.util.logging.LogRecord").getMethod("getMessage");
    filter(
        (proxy, method, arguments) -> {
          Object record = arguments[0];
          if (thrown.invoke(record) != null) {
            whom.accept("logged: " + message.invoke(record) + ": " + thrown.invoke(record));
          }
          return true;
        });
  }

  static void forget() throws ReflectiveOperationException {
    filter((proxy, method, arguments) -> true);
  }

  private static void filter(InvocationHandler isLoggable) throws ReflectiveOperationException {
    Class<?> filter = Class.forName("java.util.logging.Filter");
    Class<?> type = Class.forName("java.util.logging.Logger");
    Object logger = type.getMethod("getLogger", String.class).invoke(null, "polder.engine");
    type.getMethod("setFilter", filter)
        .invoke(
            logger,
            Proxy.newProxyInstance(filter.getClassLoader(), new Class<?>[] {filter}, isLoggable));
  }
}
