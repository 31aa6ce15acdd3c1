package polder.network;

import java.util.Optional;
import polder.linux.Errno;
import polder.linux.Link;
import polder.linux.NetworkStack;
import polder.linux.SyscallException;
import polder.model.Bandwidth;
import polder.model.ErrorKind;
import polder.model.Network;
import polder.model.PolderException;

/**
 * How fast cards may be. What a zone receives waits at the host's end of its card; what it sends,
 * which comes in there, is first led by way of an interface that exists for that (ifb) and waits
 * there. Nothing of it is inside the zone, which could take it away. For one thread at a time.
 */
final class Shaping {
  private static final int LEAST_QUEUE = 1 << 17;
  private static final int MOST_QUEUE = 1 << 26;
  private static final int QUEUES_A_SECOND = 10; // 100 ms may wait

  private final NetworkStack stack;
  private final LinkNames names;

  Shaping(NetworkStack stack, LinkNames names) {
    this.stack = stack;
    this.names = names;
  }

  /**
   * Brings a card's speed up to date, whatever it was.
   *
   * @throws PolderException UNSUPPORTED if the kernel has not what it takes
   */
  void set(Vnic vnic) {
    Optional<Link> port =
        vnic.network().kind() == Network.Kind.MACVLAN
            ? Optional.empty()
            : stack.links().find(vnic.port());
    if (port.isEmpty()) {
      return; // there is no end of it here, or it ended with its zone
    }
    try {
      set(vnic, port.get().index());
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.EOPNOTSUPP)) {
        throw e;
      }
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "this kernel limits no bandwidth; it needs sch_tbf and, for what is sent, sch_ingress,"
              + " cls_u32, act_mirred and ifb: "
              + e.getMessage(),
          e);
    }
  }

  private void set(Vnic vnic, int port) {
    vnic.bandwidth()
        .in()
        .ifPresentOrElse(each -> limit(port, each), () -> stack.traffic().unlimit(port));
    Optional<Bandwidth.Limit> out = vnic.bandwidth().out();
    if (out.isEmpty()) {
      stack.traffic().unhook(port);
      clear(vnic);
      return;
    }
    String name = names.shaper(vnic.mac());
    if (stack.links().find(name).isEmpty()) {
      stack.links().addIfb(name, vnic.mtu());
    }
    int shaper = stack.links().find(name).orElseThrow().index();
    limit(shaper, out.get());
    stack.traffic().redirect(port, shaper);
  }

  private void limit(int link, Bandwidth.Limit limit) {
    long queue = Math.clamp(limit.bytes() / QUEUES_A_SECOND, LEAST_QUEUE, MOST_QUEUE);
    stack
        .traffic()
        .limit(link, limit.bytes(), limit.burstBytes(), (int) (queue + limit.burstBytes()));
  }

  /** Takes away what does not end with the card. */
  void clear(Vnic vnic) {
    stack
        .links()
        .find(names.shaper(vnic.mac()))
        .ifPresent(
            each -> {
              try {
                stack.links().remove(each.index());
              } catch (SyscallException e) {
                if (!e.errno().equals(Errno.ENODEV)) {
                  throw e;
                }
              }
            });
  }
}
