package polder.linux;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** Numbers of ioctl(2) calls as asm-generic/ioctl.h makes them, and the call. */
final class Ioctl {
  private static final long WRITE = 1;
  private static final long READ = 2;

  private Ioctl() {}

  /** {@code _IO}: no argument is passed. */
  static long none(int type, int number) {
    return (long) type << 8 | number;
  }

  /** {@code _IOW}: {@code size} bytes are passed to the kernel. */
  static long write(int type, int number, int size) {
    return encode(WRITE, type, number, size);
  }

  /** {@code _IOR}: {@code size} bytes come from the kernel. */
  static long read(int type, int number, int size) {
    return encode(READ, type, number, size);
  }

  /** {@code _IOWR}: {@code size} bytes go there and come back. */
  static long both(int type, int number, int size) {
    return encode(READ | WRITE, type, number, size);
  }

  private static long encode(long direction, int type, int number, int size) {
    return direction << 30 | (long) size << 16 | none(type, number);
  }

  /** Calls {@code request} on {@code fd} with a structure. */
  static long call(Fd fd, long request, MemorySegment argument, Supplier<String> what) {
    return call(fd, request, argument.address(), what);
  }

  /** Calls {@code request} on {@code fd} with a number. */
  static long call(Fd fd, long request, long argument, Supplier<String> what) {
    return Kernel.check(Kernel.restart(Nr.IOCTL, fd.number(), request, argument), what);
  }
}
