package polder.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The elements of nftables sets, changed directly: nf_tables' netlink messages
 * (linux/netfilter/nf_tables.h). Sets and rules are made by nft(8); what changes when a zone starts
 * are elements, and those cost no program. For one thread at a time.
 */
public final class NftElements implements AutoCloseable {
  /** NFPROTO_BRIDGE, linux/netfilter.h. */
  public static final int BRIDGE = 7;

  /** NFPROTO_INET: IPv4 and IPv6. */
  public static final int INET = 1;

  /** sizeof (struct nfgenmsg), linux/netfilter/nfnetlink.h. */
  static final int NFGENMSG = 4;

  static final int NFNL_SUBSYS_NFTABLES = 10;
  static final int NFNL_MSG_BATCH_BEGIN = 16;
  static final int NFNL_MSG_BATCH_END = 17;
  static final int NFT_MSG_NEWSETELEM = 12;
  static final int NFT_MSG_DELSETELEM = 14;
  static final int NFTA_SET_ELEM_LIST_TABLE = 1;
  static final int NFTA_SET_ELEM_LIST_SET = 2;
  static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
  static final int NFTA_LIST_ELEM = 1;
  static final int NFTA_SET_ELEM_KEY = 1;
  static final int NFTA_SET_ELEM_DATA = 2;
  static final int NFTA_SET_ELEM_KEY_END = 10;
  static final int NFTA_DATA_VALUE = 1;
  static final int NFTA_DATA_VERDICT = 2;
  static final int NFTA_VERDICT_CODE = 1;
  static final int NFTA_VERDICT_CHAIN = 2;
  static final int NFT_JUMP = -3;

  private static final int ELEMENTS_A_MESSAGE = 200;
  private static final int BYTES_A_FIELD = 4; // each field of a key is filled up to whole registers
  private static final int LONGEST_NAME = 16; // IFNAMSIZ

  private final NetlinkSocket socket;
  private final int family;
  private final String table;

  private NftElements(NetlinkSocket socket, int family, String table) {
    this.socket = socket;
    this.family = family;
    this.table = table;
  }

  /**
   * Those of a table in a network namespace.
   *
   * @param family such as {@link #BRIDGE}
   */
  public static NftElements of(Fd network, int family, String table) {
    return new NftElements(
        NamespaceEntry.inside(network, () -> NetlinkSocket.open(NetlinkSocket.NETFILTER)),
        family,
        table);
  }

  /**
   * An element of a set or a map.
   *
   * @param set the set's name
   * @param key its fields, one after the other
   * @param end in a set of intervals, the last key that it stands for
   * @param data in a map, what it leads to: fields, one after the other
   * @param jump in a map of verdicts, the chain that is jumped to
   */
  public record Element(
      String set, Bytes key, Optional<Bytes> end, Optional<Bytes> data, Optional<String> jump) {
    /** One key. */
    public Element(String set, Bytes key) {
      this(set, key, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The keys from one to another. */
    public Element(String set, Bytes key, Optional<Bytes> end) {
      this(set, key, end, Optional.empty(), Optional.empty());
    }

    /** A key of a map, and what it leads to. */
    public static Element of(String map, Bytes key, Bytes data) {
      return new Element(map, key, Optional.empty(), Optional.of(data), Optional.empty());
    }

    /** A key of a map of verdicts, and the chain that is jumped to. */
    public static Element jump(String map, Bytes key, String chain) {
      return new Element(map, key, Optional.empty(), Optional.empty(), Optional.of(chain));
    }
  }

  /** The name of an interface as a field of a key. */
  public static Bytes name(String link) {
    byte[] name = Bytes.of(link).toArray();
    if (name.length >= LONGEST_NAME) {
      throw new IllegalArgumentException("'%s' is no name of a network interface".formatted(link));
    }
    return Bytes.of(ByteBuffer.allocate(LONGEST_NAME).put(name).array());
  }

  /** Bytes, as they are in a packet, as a field of a key. */
  public static Bytes field(byte[] value) {
    int length = (value.length + BYTES_A_FIELD - 1) / BYTES_A_FIELD * BYTES_A_FIELD;
    return Bytes.of(ByteBuffer.allocate(length).put(value).array());
  }

  /**
   * Adds all, or none. What is there already stays.
   *
   * @throws SyscallException ENOENT if there is no such table or set; EBUSY or EEXIST if a key
   *     leads elsewhere already
   */
  public void add(List<Element> elements) {
    send(requests(elements, NFT_MSG_NEWSETELEM, NetlinkMessage.CREATE), "add elements to");
  }

  /**
   * Removes some and adds others in one transaction, or does nothing.
   *
   * @throws SyscallException ENOENT if there is no such table or set, or no such element to remove
   */
  public void replace(List<Element> gone, List<Element> added) {
    List<NetlinkRequest> requests = new ArrayList<>(requests(gone, NFT_MSG_DELSETELEM, 0));
    requests.addAll(requests(added, NFT_MSG_NEWSETELEM, NetlinkMessage.CREATE));
    send(requests, "replace elements of");
  }

  /**
   * Removes all that is in {@code sets} and adds {@code added} to them in one transaction, or does
   * nothing.
   *
   * @throws SyscallException ENOENT if there is no such table or set
   */
  public void exchange(List<String> sets, List<Element> added) {
    List<NetlinkRequest> requests = new ArrayList<>();
    sets.forEach(each -> requests.add(emptying(each)));
    requests.addAll(requests(added, NFT_MSG_NEWSETELEM, NetlinkMessage.CREATE));
    send(requests, "exchange the elements of");
  }

  /** Removes all; what is not there, or whose set is gone, is passed over. */
  public void remove(List<Element> elements) {
    try {
      send(requests(elements, NFT_MSG_DELSETELEM, 0), "remove elements from");
    } catch (SyscallException e) {
      passOver(e);
      for (Element each : elements) { // one that is missing keeps all the others in
        try {
          send(requests(List.of(each), NFT_MSG_DELSETELEM, 0), "remove an element from");
        } catch (SyscallException missing) {
          passOver(missing);
        }
      }
    }
  }

  /** Removes all that is in {@code sets}; if one is not there, none is touched. */
  public void clear(List<String> sets) {
    List<NetlinkRequest> requests = sets.stream().map(this::emptying).toList();
    try {
      send(requests, "clear");
    } catch (SyscallException e) {
      passOver(e);
    }
  }

  private NetlinkRequest emptying(String set) {
    return new NetlinkRequest(
            NFNL_SUBSYS_NFTABLES << Byte.SIZE | NFT_MSG_DELSETELEM, NetlinkMessage.ACK)
        .fixed(header(family, 0))
        .attribute(NFTA_SET_ELEM_LIST_TABLE, table)
        .attribute(NFTA_SET_ELEM_LIST_SET, set);
  }

  private static void passOver(SyscallException e) {
    if (!e.errno().equals(Errno.ENOENT)) {
      throw e;
    }
  }

  private List<NetlinkRequest> requests(List<Element> elements, int type, int flags) {
    List<NetlinkRequest> requests = new ArrayList<>();
    for (int first = 0; first < elements.size(); ) {
      int end = first + 1; // a message for each would fill the socket with acknowledgements
      String set = elements.get(first).set();
      while (end < elements.size()
          && end - first < ELEMENTS_A_MESSAGE
          && elements.get(end).set().equals(set)) {
        end++;
      }
      List<Element> some = elements.subList(first, end);
      requests.add(
          new NetlinkRequest(NFNL_SUBSYS_NFTABLES << Byte.SIZE | type, flags | NetlinkMessage.ACK)
              .fixed(header(family, 0))
              .attribute(NFTA_SET_ELEM_LIST_TABLE, table)
              .attribute(NFTA_SET_ELEM_LIST_SET, set)
              .nest(
                  NFTA_SET_ELEM_LIST_ELEMENTS,
                  list ->
                      some.forEach(
                          each -> list.nest(NFTA_LIST_ELEM, element -> write(element, each)))));
      first = end;
    }
    return requests;
  }

  /** All of them, or none. */
  private void send(List<NetlinkRequest> requests, String verb) {
    if (requests.isEmpty()) {
      return;
    }
    List<NetlinkRequest> batch = new ArrayList<>();
    batch.add(new NetlinkRequest(NFNL_MSG_BATCH_BEGIN, 0).fixed(header(0, NFNL_SUBSYS_NFTABLES)));
    batch.addAll(requests);
    batch.add(new NetlinkRequest(NFNL_MSG_BATCH_END, 0).fixed(header(0, NFNL_SUBSYS_NFTABLES)));
    socket.batch(batch, "%s the sets of nftables table %s".formatted(verb, table));
  }

  private static void write(NetlinkRequest element, Element each) {
    element.nest(NFTA_SET_ELEM_KEY, key -> key.attribute(NFTA_DATA_VALUE, each.key().toArray()));
    each.end()
        .ifPresent(
            end ->
                element.nest(
                    NFTA_SET_ELEM_KEY_END, key -> key.attribute(NFTA_DATA_VALUE, end.toArray())));
    each.data()
        .ifPresent(
            data ->
                element.nest(
                    NFTA_SET_ELEM_DATA, to -> to.attribute(NFTA_DATA_VALUE, data.toArray())));
    each.jump()
        .ifPresent(
            chain ->
                element.nest(
                    NFTA_SET_ELEM_DATA,
                    data -> data.nest(NFTA_DATA_VERDICT, verdict -> jump(verdict, chain))));
  }

  private static void jump(NetlinkRequest verdict, String chain) {
    byte[] code = ByteBuffer.allocate(Integer.BYTES).putInt(NFT_JUMP).array(); // network order
    verdict.attribute(NFTA_VERDICT_CODE, code).attribute(NFTA_VERDICT_CHAIN, chain);
  }

  static ByteBuffer header(int family, int resource) {
    return ByteBuffer.allocate(NFGENMSG) // the resource is in network order, as it is here
        .put((byte) family)
        .put((byte) 0)
        .putShort((short) resource)
        .flip();
  }

  @Override
  public void close() {
    socket.close();
  }
}
