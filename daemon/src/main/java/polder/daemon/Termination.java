package polder.daemon;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * SIGTERM and SIGINT, heard by Java instead of ending the JVM at once.
 *
 * <p>A shutdown hook would not do: the log's own runs beside it and takes the last words. By
 * reflection: javac warns of sun.misc.Signal in a way that cannot be answered in the source.
 */
final class Termination {
  private Termination() {}

  /**
   * Calls {@code listener} for each such signal from now on.
   *
   * @throws IllegalStateException if this JVM hears no signals
   */
  @SuppressWarnings("ReferenceEquality") // a proxy equals itself only
  static void on(Runnable listener) {
    try {
      Class<?> kind = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler call =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  listener.run();
                  yield null;
                }
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "polderd";
              };
      Object proxy =
          Proxy.newProxyInstance(
              Termination.class.getClassLoader(), new Class<?>[] {handler}, call);
      for (String name : new String[] {"TERM", "INT"}) {
        kind.getMethod("handle", kind, handler)
            .invoke(null, kind.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM hears no signals", e);
    }
  }
}
