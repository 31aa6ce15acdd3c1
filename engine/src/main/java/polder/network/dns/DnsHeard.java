package polder.network.dns;

/** What somebody sent, as far as it can be read. */
sealed interface DnsHeard permits DnsQuestion, DnsHeard.Unread, DnsHeard.Nothing {
  /**
   * What is no question that could be answered, but for saying so.
   *
   * @param id its number
   * @param opcode what it was, where that is in the header
   * @param code what is wrong
   */
  record Unread(int id, int opcode, DnsCode code) implements DnsHeard {}

  /** What is not answered at all. */
  record Nothing() implements DnsHeard {}
}
