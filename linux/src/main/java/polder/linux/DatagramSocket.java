package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Single messages to Unix datagram sockets, which the JDK does not know: unix(7). */
public final class DatagramSocket {
  private static final int AF_UNIX = 1; // linux/socket.h
  private static final int SOCK_DGRAM = 2; // linux/net.h
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SUN_PATH = 2; // offset of sun_path in struct sockaddr_un
  private static final int LONGEST = 108;

  private DatagramSocket() {}

  /**
   * Sends {@code message} to the socket at {@code address}.
   *
   * @param address a path, or a name that begins with {@code @} for the abstract namespace
   * @throws SyscallException if nobody listens there, or the name is too long (EINVAL)
   */
  public static void send(String address, String message) {
    byte[] name = address.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    boolean hidden = address.startsWith("@");
    if (name.length + (hidden ? 0 : 1) > LONGEST) {
      throw new SyscallException("send to " + address + ": name too long", Errno.EINVAL);
    }
    try (Fd socket =
            new Fd(
                Kernel.check(
                    Kernel.call(Nr.SOCKET, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
                    () -> "open a datagram socket"));
        Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(SUN_PATH + LONGEST, 8); // zeroed: paths end with a NUL
      to.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, to, ValueLayout.JAVA_BYTE, SUN_PATH, name.length);
      if (hidden) {
        to.set(ValueLayout.JAVA_BYTE, SUN_PATH, (byte) 0);
      }
      MemorySegment data = arena.allocate(Math.max(1, bytes.length));
      MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
      Kernel.check(
          Kernel.call(
              Nr.SENDTO,
              socket.number(),
              data.address(),
              bytes.length,
              MSG_NOSIGNAL,
              to.address(),
              SUN_PATH + name.length + (hidden ? 0 : 1)),
          () -> "send to " + address);
    }
  }
}
