package polder.cli.terminal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Signals to this process, heard by Java.
 *
 * <p>By reflection: sun.misc.Signal is the only way without foreign calls, and javac warns of it in
 * a way that cannot be answered in the source.
 */
public final class Interrupts {
  private Interrupts() {}

  /**
   * Calls {@code listener} for each signal from now on, instead of what the JVM would do.
   *
   * @param signal its name without SIG, such as {@code WINCH}
   * @return whether it will: the JVM keeps some signals for itself
   */
  @SuppressWarnings("ReferenceEquality") // a proxy equals itself only
  public static boolean on(String signal, Runnable listener) {
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
                default -> "polder " + signal;
              };
      Object proxy =
          Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handler}, call);
      kind.getMethod("handle", kind, handler)
          .invoke(null, kind.getConstructor(String.class).newInstance(signal), proxy);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false; // without it the window keeps its first size, and Ctrl-C ends us
    }
  }
}
