package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A network interface whose other end is a descriptor: what the interface sends is read there, and
 * what is written there it receives. Documentation/networking/tuntap.rst
 */
public final class Tap {
  /** TUNSETIFF, linux/if_tun.h. */
  static final long SET_INTERFACE = Ioctl.write('T', 202, Integer.BYTES);

  static final int IFF_TAP = 0x0002;
  static final int IFF_NO_PI = 0x1000;
  static final int IFF_VNET_HDR = 0x4000;
  static final int IFF_TUN_EXCL = 0x8000;

  private static final String DEVICE = "/dev/net/tun";

  private Tap() {}

  /**
   * Makes one, which is down. It ends when its descriptor and all duplicates of that are closed, or
   * with the namespace. Each frame has a struct virtio_net_hdr before it.
   *
   * @param network the namespace that it is in; whoever has the descriptor need not be there
   * @throws SyscallException ENOENT or ENODEV if the kernel has no such thing; EBUSY or EEXIST if
   *     an interface has that name
   */
  public static Fd open(Fd network, String name) {
    byte[] checked = Links.nameBytes(name);
    return NamespaceEntry.inside(network, () -> make(checked, name));
  }

  private static Fd make(byte[] checked, String name) {
    Fd fd = Procfs.open(DEVICE, OpenFlags.O_RDWR); // it belongs to our namespace from here on
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(Links.IFREQ, Long.BYTES);
      MemorySegment.copy(checked, 0, request, ValueLayout.JAVA_BYTE, 0, checked.length);
      short flags = (short) (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL);
      request.set(ValueLayout.JAVA_SHORT, Links.IFREQ_FLAGS, flags);
      Ioctl.call(fd, SET_INTERFACE, request, () -> "make network interface " + name);
      return fd;
    } catch (RuntimeException | Error e) {
      fd.close();
      throw e;
    }
  }
}
