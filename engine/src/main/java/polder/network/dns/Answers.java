package polder.network.dns;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import polder.linux.Bytes;
import polder.model.Cidr;
import polder.model.IpAddress;

/** What is answered to a question: out of the book, or by asking others. */
final class Answers {
  private static final int INTERNET = 1;
  private static final DnsName FOUR = DnsName.of("in-addr.arpa");
  private static final DnsName SIX = DnsName.of("ip6.arpa");
  private static final int HEX_DIGITS = 32;

  private Answers() {}

  /**
   * The answer; empty if others are to be asked.
   *
   * @param known the networks whose names whoever asks may know, that of the question first
   * @param turn how often somebody asked before: of several addresses another is the first
   */
  static Optional<DnsAnswer> find(List<NameBook.Page> known, DnsQuestion question, int turn) {
    DnsName name = question.name().folded();
    int type = question.type();
    boolean transfer = type >= DnsType.FIRST_TRANSFER && type <= DnsType.LAST_TRANSFER;
    if (known.isEmpty() || question.kind() != INTERNET || transfer || type == DnsType.OPT) {
      return Optional.of(DnsAnswer.of(DnsCode.REFUSED));
    }
    for (NameBook.Page each : known) {
      List<IpAddress> there = each.names().get(name);
      if (there != null) {
        List<IpAddress> all = new ArrayList<>(there);
        Collections.rotate(all, -turn);
        return Optional.of(found(DnsAnswer.addresses(all, type), each.domain()));
      }
    }
    Optional<IpAddress> address = reversed(name);
    if (address.isPresent()) {
      Optional<DnsAnswer> back = back(known, name, address.get(), type);
      if (back.isPresent()) {
        return back;
      }
    }
    for (NameBook.Page each : known) {
      if (name.equals(each.domain())) {
        boolean itself = type == DnsType.SOA || type == DnsType.ANY;
        return Optional.of(
            found(itself ? List.of(DnsAnswer.authority(each.domain())) : List.of(), each.domain()));
      }
      if (name.isIn(each.domain())) {
        return Optional.of(missing(Optional.of(each.domain())));
      }
    }
    // a short name that nobody has stays here: outside it could only be somebody else's
    boolean host = type == DnsType.A || type == DnsType.AAAA || type == DnsType.ANY;
    if (name.isSingle() && host) {
      return Optional.of(missing(Optional.empty()));
    }
    boolean may = question.recursion() && !known.getFirst().forward().isEmpty();
    return may ? Optional.empty() : Optional.of(DnsAnswer.of(DnsCode.REFUSED));
  }

  private static DnsAnswer found(List<DnsAnswer.Data> data, DnsName domain) {
    return new DnsAnswer(
        DnsCode.NOERROR, true, data, Optional.of(domain).filter(_ -> data.isEmpty()));
  }

  private static DnsAnswer missing(Optional<DnsName> domain) {
    return new DnsAnswer(DnsCode.NXDOMAIN, true, List.of(), domain);
  }

  /** Whose an address is; of others' addresses others know. */
  private static Optional<DnsAnswer> back(
      List<NameBook.Page> known, DnsName name, IpAddress address, int type) {
    for (NameBook.Page each : known) {
      DnsName own = each.addresses().get(address);
      if (own != null) {
        boolean asked = type == DnsType.PTR || type == DnsType.ANY;
        return Optional.of(
            found(
                asked ? List.of(new DnsAnswer.Data(DnsType.PTR, Bytes.of(own.bytes()))) : List.of(),
                name.parent()));
      }
    }
    for (NameBook.Page each : known) {
      for (Cidr subnet : each.subnets()) {
        if (subnet.contains(address)) {
          return Optional.of(missing(Optional.of(name.parent())));
        }
      }
    }
    return Optional.empty();
  }

  /** The address that is asked for backwards; RFC 1035, 3.5, and RFC 3596, 2.5. */
  static Optional<IpAddress> reversed(DnsName name) {
    List<String> labels = new ArrayList<>();
    DnsName rest = name;
    while (!rest.isRoot() && !rest.equals(FOUR) && !rest.equals(SIX)) {
      labels.addFirst(rest.label());
      rest = rest.parent();
    }
    if (rest.equals(FOUR)
        && labels.size() == 4
        && labels.stream().allMatch(each -> each.matches("0|[1-9][0-9]{0,2}"))
        && labels.stream().allMatch(each -> Integer.parseInt(each) < 256)) {
      return Optional.of(IpAddress.of(String.join(".", labels)));
    }
    if (rest.equals(SIX)
        && labels.size() == HEX_DIGITS
        && labels.stream().allMatch(each -> each.matches("[0-9a-f]"))) {
      byte[] bytes = new byte[HEX_DIGITS / 2];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) Integer.parseInt(labels.get(2 * i) + labels.get(2 * i + 1), 16);
      }
      return Optional.of(IpAddress.of(bytes));
    }
    return Optional.empty();
  }
}
