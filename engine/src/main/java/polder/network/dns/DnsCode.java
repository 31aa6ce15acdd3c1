package polder.network.dns;

/** What an answer says of itself; RFC 1035, 4.1.1. */
enum DnsCode {
  /** All is well, be there records or not. */
  NOERROR(0),
  /** The question cannot be read. */
  FORMERR(1),
  /** It could not be answered this time. */
  SERVFAIL(2),
  /** There is no such name. */
  NXDOMAIN(3),
  /** Such questions are not understood. */
  NOTIMP(4),
  /** Such questions are not answered here. */
  REFUSED(5),
  /** The extension has a version that is not known; RFC 6891. */
  BADVERS(16);

  private final int number;

  DnsCode(int number) {
    this.number = number;
  }

  /** The part of it that is in the header. */
  int low() {
    return number & 0xf;
  }

  /** The part of it that is in the OPT record. */
  int high() {
    return number >> 4;
  }
}
