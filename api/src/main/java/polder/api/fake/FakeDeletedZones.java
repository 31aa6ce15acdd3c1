package polder.api.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.DeletedZone;
import polder.model.DeletedZones;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.UpdatePlan;
import polder.model.UpdatePlanner;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The fake host's deleted zones that are kept; guarded by the lock of {@link FakeZones}. */
final class FakeDeletedZones implements DeletedZones {
  private static final int SHORTEST = 4;

  private final FakeZones zones;
  private final Map<UUID, Kept> kept = new LinkedHashMap<>();

  private record Kept(FakeZone zone, DeletedZone seen) {}

  FakeDeletedZones(FakeZones zones) {
    this.zones = zones;
  }

  void keep(FakeZone zone, Duration period) {
    ZoneSpec spec = zone.spec().with(ZoneProperties.AUTOBOOT, false);
    zone.spec(spec);
    Instant now = Instant.now();
    DeletedZone seen =
        new DeletedZone(
            zone.uuid(),
            spec.name(),
            spec.brand(),
            spec.get(ZoneProperties.ZPOOL),
            now,
            now.plus(period),
            0,
            Optional.empty());
    kept.put(zone.uuid(), new Kept(zone, seen));
  }

  /** Refuses a zone of that uuid. */
  void refuse(UUID uuid) {
    if (kept.containsKey(uuid)) {
      throw new PolderException(
          ErrorKind.EXISTS, "zone %s was deleted and is kept".formatted(uuid));
    }
  }

  List<ZoneSpec> specs() {
    return zones.locked(() -> kept.values().stream().map(each -> each.zone().spec()).toList());
  }

  /** Those whose time is over go. */
  private void sweep() {
    Instant now = Instant.now();
    List<Kept> over =
        kept.values().stream().filter(each -> !each.seen().until().isAfter(now)).toList();
    over.forEach(each -> destroy(each, "end"));
  }

  private void destroy(Kept one, String reason) {
    kept.remove(one.zone().uuid());
    zones.gone(one.zone());
    zones.tell("zone.destroy", one.zone(), Map.of("reason", reason));
  }

  private Kept find(ZoneRef ref) {
    sweep();
    String text = ref.text();
    List<Kept> found =
        kept.values().stream()
            .filter(
                each ->
                    each.seen().name().equals(text)
                        || (text.length() >= SHORTEST
                            && each.seen().uuid().toString().startsWith(text)))
            .toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw found.isEmpty()
        ? new PolderException(ErrorKind.NOT_FOUND, "no deleted zone '%s' is kept".formatted(text))
        : new PolderException(
            ErrorKind.INVALID, "'%s' means %d deleted zones".formatted(text, found.size()));
  }

  @Override
  public List<DeletedZone> list() {
    return zones.locked(
        () -> {
          sweep();
          return kept.values().stream()
              .map(Kept::seen)
              .sorted(Comparator.comparing(DeletedZone::until).thenComparing(DeletedZone::uuid))
              .toList();
        });
  }

  @Override
  public DeletedZone get(ZoneRef zone) {
    return zones.locked(() -> find(zone).seen());
  }

  @Override
  public Zone undelete(ZoneRef ref, Patch changes) {
    return zones.locked(
        () -> {
          Kept one = find(ref);
          ZoneSpec asked = changes.applyTo(one.zone().spec());
          List<Fault> faults =
              UpdatePlanner.plan(one.zone().spec(), asked, false).lines().stream()
                  .filter(line -> line.effect() == UpdatePlan.Effect.REFUSED)
                  .map(line -> new Fault(line.property(), line.reason()))
                  .toList();
          if (!faults.isEmpty()) {
            throw new PolderException("the changes are refused", faults);
          }
          Zone back = zones.restore(one.zone(), asked);
          kept.remove(back.uuid());
          return back;
        });
  }

  @Override
  public void delete(ZoneRef ref) {
    Kept _ =
        zones.locked(
            () -> {
              Kept one = find(ref);
              destroy(one, "asked");
              return one;
            });
  }
}
