package polder.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Supplier;

/**
 * Any system call by its number: the one downcall that all bindings of this package share.
 *
 * <p>One handle for all of them, because linking one costs milliseconds at start-up and calling it
 * costs some ten nanoseconds more than the call itself. {@code syscall(2)} of the C library passes
 * six registers on and turns {@code -errno} into errno, which is captured before anything else runs
 * on the thread.
 */
final class Kernel {
  @SuppressWarnings("restricted") // this module is the one that may: --enable-native-access
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                  JAVA_LONG),
              Linker.Option.firstVariadicArg(1),
              Linker.Option.captureCallState("errno"));

  private Kernel() {}

  /**
   * Makes the call {@code number} and answers its result, or {@code -errno}.
   *
   * @param arguments up to six; a pointer is a segment's {@link MemorySegment#address()}, and the
   *     segment must stay reachable until this returns
   */
  static long call(int number, long... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(JAVA_INT);
      long result =
          (long)
              SYSCALL.invokeExact(
                  state,
                  (long) number,
                  at(arguments, 0),
                  at(arguments, 1),
                  at(arguments, 2),
                  at(arguments, 3),
                  at(arguments, 4),
                  at(arguments, 5));
      return result == -1 ? -state.get(JAVA_INT, 0) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("syscall(2) is linked with the wrong type", e);
    }
  }

  /** As {@link #call}, made again for as long as a signal interrupts it. */
  static long restart(int number, long... arguments) {
    while (true) {
      long result = call(number, arguments);
      if (result != -Errno.EINTR.number()) {
        return result;
      }
    }
  }

  /**
   * Passes a result on, or throws if it is {@code -errno}.
   *
   * @param what says what was tried on what, such as "open /etc/passwd"; only asked for on failure
   */
  static long check(long result, Supplier<String> what) {
    if (result < 0) {
      throw new SyscallException(what.get(), new Errno((int) -result));
    }
    return result;
  }

  private static long at(long[] arguments, int index) {
    return index < arguments.length ? arguments[index] : 0;
  }
}
