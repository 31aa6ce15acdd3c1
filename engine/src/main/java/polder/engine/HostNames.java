package polder.engine;

import java.util.List;
import java.util.function.Supplier;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.network.dhcp.CardBook;
import polder.network.dns.NameBook;

/**
 * What is answered on networks: for names, those of zones that run, and of balances; to cards, what
 * their zones' records say. It follows from records and from what is seen, so nothing of it is
 * kept; what changes says only that it has, and the next question has it looked at again.
 */
final class HostNames {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Supplier<List<LocalZone>> zones;
  private final Page<NameBook> book;
  private final Page<CardBook> cards;

  /**
   * Knows nothing until it is asked.
   *
   * @param zones all zones, whenever it asks
   */
  HostNames(HostNetworks networks, Supplier<List<LocalZone>> zones) {
    this.zones = zones;
    this.book =
        new Page<>(
            NameBook.NONE, () -> NameBook.of(networks.list(), specs(true), networks.balances()));
    this.cards = new Page<>(CardBook.NONE, () -> HostCards.of(specs(false), networks));
  }

  /** What was found out last, and whether that still holds. */
  private static final class Page<T> {
    private final Supplier<T> written;
    private volatile boolean stale = true;
    private volatile T text;

    Page(T text, Supplier<T> written) {
      this.text = text;
      this.written = written;
    }

    T read() {
      if (stale) {
        stale = false; // first: what changes meanwhile counts again
        try {
          text = written.get();
        } catch (RuntimeException e) {
          LOG.log(System.Logger.Level.ERROR, "what is known on networks is as it was before", e);
        }
      }
      return text;
    }
  }

  /** Something has changed. It costs nothing, for it is on the way of each start. */
  void noted() {
    book.stale = true;
    cards.stale = true;
  }

  /** What names are known now. For one thread at a time. */
  NameBook book() {
    return book.read();
  }

  /** What cards are known now. For one thread at a time. */
  CardBook cards() {
    return cards.read();
  }

  private List<ZoneSpec> specs(boolean running) {
    return zones.get().stream()
        .filter(each -> !running || each.status().state() == ZoneState.RUNNING)
        .map(each -> each.record().spec())
        .toList();
  }
}
