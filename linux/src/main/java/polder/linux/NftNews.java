package polder.linux;

import java.time.Duration;
import java.util.Optional;

/**
 * Tells of nftables tables that are taken away in a network namespace, by whomever: what nfnetlink
 * multicasts to NFNLGRP_NFTABLES (linux/netfilter/nfnetlink.h). For one thread at a time, but for
 * {@link #close}.
 */
public final class NftNews implements AutoCloseable {
  static final int NFNLGRP_NFTABLES = 7;
  static final int NFT_MSG_DELTABLE = 2; // linux/netfilter/nf_tables.h
  static final int NFTA_TABLE_NAME = 1;

  private static final int DELTABLE =
      NftElements.NFNL_SUBSYS_NFTABLES << Byte.SIZE | NFT_MSG_DELTABLE;
  private static final int NEWS = 1;
  private static final int END = 2;

  private final NetlinkSocket socket;
  private final Epoll epoll = Epoll.open();
  private final EventFd end = EventFd.open();

  private NftNews(NetlinkSocket socket) {
    this.socket = socket;
    socket.join(NFNLGRP_NFTABLES);
    epoll.add(socket.fd(), Epoll.READABLE, NEWS);
    epoll.add(end.fd(), Epoll.READABLE, END);
  }

  /**
   * Those of a network namespace, from now on.
   *
   * @param network as {@link Namespace#of} gives it; it stays the caller's
   */
  public static NftNews of(Fd network) {
    return new NftNews(
        NamespaceEntry.inside(network, () -> NetlinkSocket.open(NetlinkSocket.NETFILTER)));
  }

  /**
   * Waits until table {@code name} is gone in any of its families; or may be, because there was
   * more news than the kernel keeps for us.
   *
   * @return false if {@link #end} was called
   */
  public boolean awaitLoss(String name) {
    while (true) {
      for (Epoll.Ready ready : epoll.await(Duration.ofDays(1))) {
        if (ready.token() == END) {
          return false;
        }
        if (isLost(name)) {
          return true;
        }
      }
    }
  }

  private boolean isLost(String name) {
    try {
      return socket.news("hear of nftables").stream()
          .filter(each -> each.type() == DELTABLE)
          .anyMatch(
              each ->
                  each.attributes(NftElements.NFGENMSG)
                      .text(NFTA_TABLE_NAME)
                      .equals(Optional.of(name)));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOBUFS)) {
        return true;
      }
      throw e;
    }
  }

  /** Has whoever waits stop; then {@link #close}. */
  public void end() {
    end.signal();
  }

  @Override
  public void close() {
    epoll.close();
    end.close();
    socket.close();
  }
}
