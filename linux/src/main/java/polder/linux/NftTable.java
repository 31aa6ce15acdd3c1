package polder.linux;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What there is in an nftables table: nf_tables' netlink messages (linux/netfilter/nf_tables.h).
 * For one thread at a time.
 */
public final class NftTable implements AutoCloseable {
  private static final int NFT_MSG_GETCHAIN = 4;
  private static final int NFT_MSG_GETSET = 10;
  private static final int NFT_MSG_GETSETELEM = 13;
  private static final int NFT_MSG_GETOBJ = 19;
  private static final int NFTA_TABLE = 1; // NFTA_CHAIN_, NFTA_SET_ and NFTA_OBJ_TABLE alike
  private static final int NFTA_CHAIN_NAME = 3;
  private static final int NFTA_SET_NAME = 2;
  private static final int NFTA_OBJ_NAME = 2;
  private static final int NFTA_OBJ_TYPE = 3;
  private static final int NFTA_OBJ_DATA = 4;
  private static final int NFT_OBJECT_COUNTER = 1;
  private static final int NFTA_COUNTER_BYTES = 1;
  private static final int NFTA_COUNTER_PACKETS = 2;

  private final NetlinkSocket socket;
  private final int family;
  private final String table;

  /**
   * What a counter counted.
   *
   * @param packets how many
   * @param bytes how many in them
   */
  public record Count(long packets, long bytes) {}

  private NftTable(NetlinkSocket socket, int family, String table) {
    this.socket = socket;
    this.family = family;
    this.table = table;
  }

  /**
   * That of a name in a network namespace; it need not be there.
   *
   * @param family such as {@link NftElements#BRIDGE}
   */
  public static NftTable of(Fd network, int family, String table) {
    return new NftTable(
        NamespaceEntry.inside(network, () -> NetlinkSocket.open(NetlinkSocket.NETFILTER)),
        family,
        table);
  }

  /** The names of its chains; none if there is no such table. */
  public Set<String> chains() {
    return names(NFT_MSG_GETCHAIN, NFTA_CHAIN_NAME, "chains");
  }

  /** The names of its sets and maps that have one; none if there is no such table. */
  public Set<String> sets() {
    return names(NFT_MSG_GETSET, NFTA_SET_NAME, "sets");
  }

  private Set<String> names(int type, int attribute, String what) {
    Set<String> names = new TreeSet<>();
    for (NetlinkAttributes each : dump(type, what)) {
      each.text(attribute).filter(name -> !name.startsWith("__")).ifPresent(names::add);
    }
    return names;
  }

  /** The interfaces' names that are the keys of a map or set; none if there is no such table. */
  public Set<String> interfaces(String map) {
    NetlinkRequest request =
        new NetlinkRequest(
                NftElements.NFNL_SUBSYS_NFTABLES << Byte.SIZE | NFT_MSG_GETSETELEM,
                NetlinkMessage.DUMP)
            .fixed(NftElements.header(family, 0))
            .attribute(NftElements.NFTA_SET_ELEM_LIST_TABLE, table)
            .attribute(NftElements.NFTA_SET_ELEM_LIST_SET, map);
    Set<String> names = new TreeSet<>();
    for (NetlinkMessage message : dump(request, "elements of " + map)) {
      Bytes elements =
          message
              .attributes(NftElements.NFGENMSG)
              .values()
              .getOrDefault(NftElements.NFTA_SET_ELEM_LIST_ELEMENTS, Bytes.EMPTY);
      for (Bytes each : NetlinkAttributes.list(elements)) {
        NetlinkAttributes.parse(each)
            .nested(NftElements.NFTA_SET_ELEM_KEY)
            .text(NftElements.NFTA_DATA_VALUE)
            .ifPresent(names::add);
      }
    }
    return names;
  }

  /** Its counters by name; none if there is no such table. */
  public Map<String, Count> counters() {
    Map<String, Count> counters = new TreeMap<>();
    for (NetlinkAttributes each : dump(NFT_MSG_GETOBJ, "counters")) {
      Optional<String> name = each.text(NFTA_OBJ_NAME);
      if (name.isPresent() && number(each, NFTA_OBJ_TYPE) == NFT_OBJECT_COUNTER) {
        NetlinkAttributes data = each.nested(NFTA_OBJ_DATA);
        counters.put(
            name.get(),
            new Count(number(data, NFTA_COUNTER_PACKETS), number(data, NFTA_COUNTER_BYTES)));
      }
    }
    return counters;
  }

  /** A number in network order; 0 if it is missing. */
  private static long number(NetlinkAttributes attributes, int type) {
    byte[] value = attributes.values().getOrDefault(type, Bytes.EMPTY).toArray();
    return switch (value.length) {
      case Integer.BYTES -> ByteBuffer.wrap(value).getInt();
      case Long.BYTES -> ByteBuffer.wrap(value).getLong();
      default -> 0;
    };
  }

  private List<NetlinkAttributes> dump(int type, String what) {
    NetlinkRequest request =
        new NetlinkRequest(
                NftElements.NFNL_SUBSYS_NFTABLES << Byte.SIZE | type, NetlinkMessage.DUMP)
            .fixed(NftElements.header(family, 0));
    return dump(request, what).stream()
        .map(each -> each.attributes(NftElements.NFGENMSG))
        .filter(each -> each.text(NFTA_TABLE).equals(Optional.of(table)))
        .toList();
  }

  /** What the kernel answers; a kernel without nf_tables has no table. */
  private List<NetlinkMessage> dump(NetlinkRequest request, String what) {
    try {
      return socket.dump(request, "list the %s of nftables table %s".formatted(what, table));
    } catch (SyscallException e) {
      if (Set.of(Errno.ENOENT, Errno.EINVAL, Errno.EOPNOTSUPP).contains(e.errno())) {
        return List.of();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
