package polder.network.dns;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceTarget;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.Nic;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Questions, and a small host that they are about. */
final class Asked {
  static final int NXDOMAIN = 3;
  static final int REFUSED = 5;

  private Asked() {}

  /** A question as a message. */
  static byte[] message(String name, int type) {
    byte[] wire = DnsName.of(name).bytes();
    return ByteBuffer.allocate(12 + wire.length + 4)
        .putShort((short) 0x1234)
        .putShort((short) 0x0100)
        .putShort((short) 1)
        .putShort((short) 0)
        .putInt(0)
        .put(wire)
        .putShort((short) type)
        .putShort((short) 1)
        .array();
  }

  /** The same, of somebody who takes datagrams of {@code size}. */
  static byte[] extended(String name, int type, int size) {
    byte[] plain = message(name, type);
    return ByteBuffer.allocate(plain.length + 11)
        .put(plain)
        .put((byte) 0)
        .putShort((short) DnsType.OPT)
        .putShort((short) size)
        .putInt(0)
        .putShort((short) 0)
        .putShort(10, (short) 1)
        .array();
  }

  static DnsQuestion question(String name, int type) {
    return (DnsQuestion) DnsQuestion.read(message(name, type));
  }

  /** An answer read back: its code, then each record as a word. */
  static List<String> told(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    in.getShort();
    int flags = in.getShort() & 0xffff;
    List<String> told = new ArrayList<>();
    told.add(
        (flags & 0xf) + ((flags & 0x200) != 0 ? " cut" : "") + ((flags & 0x400) != 0 ? " aa" : ""));
    int questions = in.getShort();
    int records = in.getShort() + in.getShort() + in.getShort();
    for (int i = 0; i < questions; i++) {
      skip(in);
      in.getInt();
    }
    for (int i = 0; i < records; i++) {
      skip(in);
      int type = in.getShort() & 0xffff;
      in.getShort();
      in.getInt();
      byte[] data = new byte[in.getShort() & 0xffff];
      in.get(data);
      told.add(
          switch (type) {
            case DnsType.A, DnsType.AAAA -> IpAddress.of(data).toString();
            case DnsType.PTR -> dotted(data);
            case DnsType.SOA -> "SOA " + dotted(data);
            default -> "type" + type;
          });
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes are left over");
    }
    return told;
  }

  private static void skip(ByteBuffer in) {
    for (int length = in.get() & 0xff; length != 0; length = in.get() & 0xff) {
      if (length >= 0xc0) {
        in.get();
        return;
      }
      in.position(in.position() + length);
    }
  }

  private static String dotted(byte[] data) {
    DnsName name = DnsName.read(data, 0).orElseThrow();
    List<String> labels = new ArrayList<>();
    for (DnsName each = name; !each.isRoot(); each = each.parent()) {
      labels.add(each.label());
    }
    return String.join(".", labels);
  }

  static Network network(String name, Network.Kind kind, NetworkDns.Change dns, String... subnets) {
    return new Network(
        UUID.randomUUID(),
        name,
        kind,
        Optional.empty(),
        Stream.of(subnets)
            .map(each -> new Subnet(Cidr.of(each), Optional.empty(), Optional.empty()))
            .map(each -> each.completed(kind))
            .toList(),
        1500,
        NetworkDns.standard(kind).with(dns),
        Optional.empty(),
        name,
        0,
        Optional.empty());
  }

  static ZoneSpec zone(String name, Nic... nics) {
    return ZoneSpec.of(Brand.LX)
        .with(ZoneProperties.ALIAS, name)
        .with(ZoneProperties.NICS, List.of(nics));
  }

  static Nic nic(String network, String... addresses) {
    return Nic.on(network)
        .settled(
            "net" + network,
            MacAddress.local(1),
            network,
            Stream.of(addresses).map(Cidr::of).toList());
  }

  static Balance balance(String name, String listen) {
    return new Balance(
        name,
        List.of(BalanceListen.of(listen)),
        List.of(BalanceTarget.of("zone:web:80")),
        Balance.Affinity.NONE,
        List.of(),
        List.of());
  }
}
