package polder.linux;

/**
 * The network of one namespace: its links, addresses and routes, by rtnetlink(7) through a socket
 * that stays in that namespace, wherever the calling thread is. For one thread at a time.
 */
public final class NetworkStack implements AutoCloseable {
  private final NetlinkSocket socket;

  private NetworkStack(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** That of the calling thread. */
  public static NetworkStack own() {
    return new NetworkStack(NetlinkSocket.open(NetlinkSocket.ROUTE));
  }

  /**
   * That of another namespace.
   *
   * @param network as {@link Namespace#of} {@link Namespace#NET} gives it
   * @throws SyscallException EPERM without CAP_SYS_ADMIN in the user namespace that owns it
   */
  public static NetworkStack of(Fd network) {
    return new NetworkStack(
        NamespaceEntry.inside(network, () -> NetlinkSocket.open(NetlinkSocket.ROUTE)));
  }

  /** Its network interfaces. */
  public Links links() {
    return new Links(socket);
  }

  /** Its links to the same networks of other hosts. */
  public Vxlans vxlans() {
    return new Vxlans(socket);
  }

  /** The addresses of its interfaces. */
  public Addresses addresses() {
    return new Addresses(socket);
  }

  /** Its main routing table. */
  public Routes routes() {
    return new Routes(socket);
  }

  /** How fast its interfaces send. */
  public TrafficControl traffic() {
    return new TrafficControl(socket);
  }

  @Override
  public void close() {
    socket.close();
  }
}
