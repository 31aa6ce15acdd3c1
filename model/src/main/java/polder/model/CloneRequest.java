package polder.model;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What zone is to be made of another.
 *
 * @param snapshot which of its snapshots; empty for what is on its disk now
 * @param changes where the payload differs from the original's
 */
public record CloneRequest(Optional<String> snapshot, Patch changes) {
  public CloneRequest {
    snapshot.ifPresent(Snapshot::checkName);
  }

  /**
   * The spec of the zone that is made. Who it is, is its own: it has another uuid, and alias, host
   * name, autoboot and indestructible_zoneroot only where {@link #changes} give them; so it is with
   * the hardware and IP addresses of its nics, and the ports that they publish.
   *
   * @throws PolderException INVALID with all that is wrong
   */
  public ZoneSpec applyTo(ZoneSpec original) {
    ZoneSpec before =
        original
            .without(ZoneProperties.ALIAS)
            .without(ZoneProperties.ZONE_HOSTNAME)
            .without(ZoneProperties.AUTOBOOT)
            .without(ZoneProperties.INDESTRUCTIBLE_ZONEROOT)
            .with(ZoneProperties.ZONE_UUID, UUID.randomUUID());
    if (before.has(ZoneProperties.NICS)) {
      before =
          before.with(
              ZoneProperties.NICS,
              before.get(ZoneProperties.NICS).stream().map(CloneRequest::another).toList());
    }
    ZoneSpec after = changes.applyTo(before);
    List<Fault> faults =
        UpdatePlanner.plan(before, after, false).lines().stream()
            .filter(line -> line.effect() == UpdatePlan.Effect.REFUSED)
            .filter(line -> !line.property().equals(ZoneProperties.ZONE_UUID.name()))
            .map(line -> new Fault(line.property(), "a clone has its original's: " + line.reason()))
            .toList();
    if (!faults.isEmpty()) {
      throw new PolderException("the clone is refused", faults);
    }
    return after;
  }

  /** One that is plugged in as {@code nic} is, with addresses of its own. */
  private static Nic another(Nic nic) {
    return new Nic(
        nic.name(),
        Optional.empty(),
        nic.network(),
        nic.networkUuid(),
        Optional.empty(),
        nic.gateways(),
        nic.mtu(),
        nic.primary(),
        nic.freedoms(),
        nic.allowedIps(),
        List.of(),
        nic.bandwidth(),
        nic.model());
  }
}
