package polder.engine;

import java.util.List;
import java.util.function.Supplier;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.network.dns.NameBook;

/**
 * What is answered for names: those of zones that run, and of balances. It follows from records and
 * from what is seen, so nothing of it is kept; what changes says only that it has, and the next
 * question has it looked at again.
 */
final class HostNames {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Supplier<List<LocalZone>> zones;
  private final HostNetworks networks;
  private volatile boolean stale = true;
  private volatile NameBook book = NameBook.NONE;

  /**
   * Knows nothing until it is asked.
   *
   * @param zones all zones, whenever it asks
   */
  HostNames(HostNetworks networks, Supplier<List<LocalZone>> zones) {
    this.networks = networks;
    this.zones = zones;
  }

  /** Something has changed. It costs nothing, for it is on the way of each start. */
  void noted() {
    stale = true;
  }

  /** What is known now. For one thread at a time. */
  NameBook book() {
    if (stale) {
      stale = false; // first: what changes meanwhile counts again
      try {
        book = NameBook.of(networks.list(), running(), networks.balances());
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "names are as they were before", e);
      }
    }
    return book;
  }

  private List<ZoneSpec> running() {
    return zones.get().stream()
        .filter(each -> each.status().state() == ZoneState.RUNNING)
        .map(each -> each.record().spec())
        .toList();
  }
}
