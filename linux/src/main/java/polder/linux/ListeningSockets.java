package polder.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The sockets of a network namespace that wait for whoever calls: {@code /proc/net}, proc_net(5).
 * Those of TCP and UDP.
 */
public final class ListeningSockets {
  private static final String TCP_LISTEN = "0A"; // net/tcp_states.h
  private static final String TCP_CLOSE = "07"; // what a UDP socket is that is nobody's partner
  private static final int LOCAL_ADDRESS = 1; // fields of a line
  private static final int STATE = 3;

  private ListeningSockets() {}

  /**
   * One of them.
   *
   * @param udp whether of UDP, else of TCP
   * @param address what it is bound to; any address is zeros, and with IPv6's most often IPv4's too
   * @param port what it is bound to
   */
  public record Socket(boolean udp, InetAddress address, int port) {}

  /** Those of {@code network}, as {@link Namespace#of} gives it; it stays the caller's. */
  public static List<Socket> of(Fd network) {
    return NamespaceEntry.inside(
        network,
        () -> {
          List<Socket> all = new ArrayList<>();
          for (String file : List.of("tcp", "tcp6", "udp", "udp6")) {
            boolean udp = file.startsWith("udp");
            for (String line : text(file).lines().skip(1).toList()) {
              String[] fields = line.strip().split("\\s+", -1);
              if (fields.length > STATE && fields[STATE].equals(udp ? TCP_CLOSE : TCP_LISTEN)) {
                all.add(socket(udp, fields[LOCAL_ADDRESS]));
              }
            }
          }
          return List.copyOf(all);
        });
  }

  /** None on a kernel without the family. */
  private static String text(String file) {
    try {
      return Procfs.text("/proc/thread-self/net/" + file);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return "";
      }
      throw e;
    }
  }

  /** The address in words of 32 bits as the machine has them, then the port. */
  private static Socket socket(boolean udp, String local) {
    int colon = local.indexOf(':');
    byte[] words = HexFormat.of().parseHex(local.substring(0, colon));
    ByteBuffer address = ByteBuffer.allocate(words.length).order(ByteOrder.nativeOrder());
    for (ByteBuffer in = ByteBuffer.wrap(words); in.hasRemaining(); ) {
      address.putInt(in.getInt());
    }
    try {
      return new Socket(
          udp,
          InetAddress.getByAddress(address.array()),
          Integer.parseInt(local.substring(colon + 1), 16));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address of " + words.length + " bytes", e);
    }
  }
}
