package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A VM that is elsewhere, and that firewall rules speak of as if it were here.
 *
 * @param uuid its identity
 * @param ips its addresses
 * @param owner whose it is; without one, only rules for all owners speak of it
 * @param tags its labels
 */
public record FirewallRemote(
    UUID uuid, List<IpAddress> ips, Optional<UUID> owner, Map<String, Object> tags) {
  private static final int MOST_ADDRESSES = 1024;

  /** Checks what must hold between them; all faults at once. */
  public FirewallRemote {
    ips = ips.stream().distinct().sorted().toList();
    tags = Map.copyOf(tags);
    List<Fault> faults = new ArrayList<>();
    if (ips.isEmpty() || ips.size() > MOST_ADDRESSES) {
      faults.add(new Fault("ips", "are 1 to %d addresses".formatted(MOST_ADDRESSES)));
    }
    for (IpAddress each : ips) {
      if (!each.isUnicast()) {
        faults.add(new Fault("ips", "%s is no host's".formatted(each)));
      }
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the remote VM is refused", faults);
    }
  }
}
