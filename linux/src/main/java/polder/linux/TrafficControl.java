package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How fast network interfaces send: what tc(8) does, linux/pkt_sched.h. */
public final class TrafficControl {
  /** sizeof (struct tcmsg), linux/rtnetlink.h. */
  static final int TCMSG = 20;

  static final int TCMSG_INDEX = 4;
  static final int TCMSG_HANDLE = 8;
  static final int TCMSG_PARENT = 12;
  static final int TCMSG_INFO = 16;
  static final int RTM_NEWQDISC = 36;
  static final int RTM_DELQDISC = 37;
  static final int RTM_NEWTFILTER = 44;
  static final int TCA_KIND = 1;
  static final int TCA_OPTIONS = 2;
  static final int TC_H_ROOT = 0xffff_ffff;
  static final int TC_H_CLSACT = 0xffff_fff1;
  static final int TC_H_MIN_INGRESS = 0xfff2;

  /** sizeof (struct tc_tbf_qopt). */
  static final int TBF_QOPT = 36;

  static final int TBF_LINK_LAYER = 1; // offset of rate.linklayer in struct tc_tbf_qopt
  static final int TBF_RATE = 8;
  static final int TBF_LIMIT = 24;
  static final int TC_LINKLAYER_ETHERNET = 1;
  static final int TCA_TBF_PARMS = 1;
  static final int TCA_TBF_RATE64 = 4;
  static final int TCA_TBF_BURST = 6;

  /** sizeof (struct tc_u32_sel), linux/pkt_cls.h. */
  static final int U32_SEL = 16;

  /** sizeof (struct tc_u32_key). */
  static final int U32_KEY = 16;

  static final int U32_SEL_KEYS = 2; // offset of nkeys in struct tc_u32_sel
  static final int TC_U32_TERMINAL = 1;
  static final int TCA_U32_SEL = 5;
  static final int TCA_U32_ACT = 7;
  static final int TCA_ACT_KIND = 1;
  static final int TCA_ACT_OPTIONS = 2;

  /** sizeof (struct tc_mirred), linux/tc_act/tc_mirred.h. */
  static final int MIRRED = 28;

  static final int MIRRED_ACTION = 8;
  static final int MIRRED_HOW = 20;
  static final int MIRRED_INDEX = 24;
  static final int TCA_MIRRED_PARMS = 2;
  static final int TCA_EGRESS_REDIR = 1;
  static final int TC_ACT_STOLEN = 4;

  private static final int REPLACE = 0x100; // NLM_F_, linux/netlink.h
  private static final int ETH_P_ALL = 3; // linux/if_ether.h
  private static final int FIRST = 1 << 16; // a filter's priority
  private static final int ACTIONS = 1; // the first of a list of actions
  private static final int MOST_RATE_32 = -1; // struct tc_ratespec: TCA_TBF_RATE64 says it

  private final NetlinkSocket socket;

  TrafficControl(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Has interface {@code index} send no faster, from now on: a token bucket, tc-tbf(8).
   *
   * @param rate bytes a second
   * @param burst bytes that may go at once
   * @param queue bytes that may wait; what comes beyond is dropped
   * @throws SyscallException ENOENT if the kernel has no such thing
   */
  public void limit(int index, long rate, int burst, int queue) {
    byte[] options =
        order(TBF_QOPT)
            .put(TBF_LINK_LAYER, (byte) TC_LINKLAYER_ETHERNET)
            .putInt(TBF_RATE, rate >>> Integer.SIZE == 0 ? (int) rate : MOST_RATE_32)
            .putInt(TBF_LIMIT, queue)
            .array();
    NetlinkRequest request =
        new NetlinkRequest(RTM_NEWQDISC, NetlinkMessage.ACK | NetlinkMessage.CREATE | REPLACE)
            .fixed(header(index, 0, TC_H_ROOT, 0))
            .attribute(TCA_KIND, "tbf")
            .nest(
                TCA_OPTIONS,
                in -> {
                  in.attribute(TCA_TBF_PARMS, options).attribute(TCA_TBF_BURST, burst);
                  if (rate >>> Integer.SIZE != 0) {
                    in.attribute(TCA_TBF_RATE64, order(Long.BYTES).putLong(rate).array());
                  }
                });
    socket.change(request, "limit what network interface %d sends".formatted(index));
  }

  /** Has interface {@code index} send as fast as it can; it may do so already. */
  public void unlimit(int index) {
    remove(index, 0, TC_H_ROOT);
  }

  /**
   * Has all that interface {@code index} receives be sent by another, before anybody else sees it.
   *
   * @param other such as {@link Links#addIfb} makes, which gives it back when it has sent it
   * @throws SyscallException ENOENT if the kernel has no such thing
   */
  public void redirect(int index, int other) {
    String what = "redirect what network interface %d receives".formatted(index);
    unhook(index);
    socket.change(
        new NetlinkRequest(RTM_NEWQDISC, NetlinkMessage.ACK | NetlinkMessage.CREATE)
            .fixed(header(index, TC_H_CLSACT & 0xffff_0000, TC_H_CLSACT, 0))
            .attribute(TCA_KIND, "clsact"),
        what);
    byte[] all =
        order(U32_SEL + U32_KEY).put((byte) TC_U32_TERMINAL).put(U32_SEL_KEYS, (byte) 1).array();
    byte[] mirred =
        order(MIRRED)
            .putInt(MIRRED_ACTION, TC_ACT_STOLEN)
            .putInt(MIRRED_HOW, TCA_EGRESS_REDIR)
            .putInt(MIRRED_INDEX, other)
            .array();
    int info = FIRST | Short.toUnsignedInt(networkOrder(ETH_P_ALL));
    socket.change(
        new NetlinkRequest(RTM_NEWTFILTER, NetlinkMessage.ACK | NetlinkMessage.CREATE)
            .fixed(header(index, 0, (TC_H_CLSACT & 0xffff_0000) | TC_H_MIN_INGRESS, info))
            .attribute(TCA_KIND, "u32")
            .nest(
                TCA_OPTIONS,
                in ->
                    in.attribute(TCA_U32_SEL, all)
                        .nest(
                            TCA_U32_ACT,
                            actions ->
                                actions.nest(
                                    ACTIONS,
                                    action ->
                                        action
                                            .attribute(TCA_ACT_KIND, "mirred")
                                            .nest(
                                                TCA_ACT_OPTIONS,
                                                to -> to.attribute(TCA_MIRRED_PARMS, mirred))))),
        what);
  }

  /** Has interface {@code index} receive for itself; it may do so already. */
  public void unhook(int index) {
    remove(index, TC_H_CLSACT & 0xffff_0000, TC_H_CLSACT);
  }

  private void remove(int index, int handle, int parent) {
    try {
      socket.change(
          new NetlinkRequest(RTM_DELQDISC, NetlinkMessage.ACK)
              .fixed(header(index, handle, parent, 0)),
          "remove a queueing discipline of network interface " + index);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.EINVAL)) {
        throw e;
      }
    }
  }

  private static ByteBuffer header(int index, int handle, int parent, int info) {
    return order(TCMSG)
        .putInt(TCMSG_INDEX, index)
        .putInt(TCMSG_HANDLE, handle)
        .putInt(TCMSG_PARENT, parent)
        .putInt(TCMSG_INFO, info);
  }

  private static short networkOrder(int value) {
    return ByteBuffer.allocate(Short.BYTES)
        .order(ByteOrder.BIG_ENDIAN)
        .putShort((short) value)
        .order(ByteOrder.nativeOrder())
        .getShort(0);
  }

  private static ByteBuffer order(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }
}
