package polder.network.dns;

/** What is asked of a name; RFC 1035, 3.2.2. */
final class DnsType {
  static final int A = 1;
  static final int SOA = 6;
  static final int PTR = 12;
  static final int AAAA = 28;
  static final int OPT = 41; // RFC 6891
  static final int LAST_TRANSFER = 254; // IXFR, AXFR, MAILB, MAILA
  static final int FIRST_TRANSFER = 251;
  static final int ANY = 255;

  private DnsType() {}
}
