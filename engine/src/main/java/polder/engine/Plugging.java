package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import polder.brand.Running;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Namespace;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Nic;
import polder.model.NicChange;
import polder.model.NicRules;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.network.LiveCards;
import polder.network.Wiring;

/**
 * Changes the network cards of zones that run. What is about to become of them is in the journal
 * while it is done; after our death they are brought to what the record says, as it was before or
 * is to be.
 */
final class Plugging {
  static final String OPERATION = "replug";

  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Hall hall;
  private final LiveCards cards;

  Plugging(Hall hall) {
    this.hall = hall;
    this.cards = hall.networks().switchboard().live();
  }

  /**
   * What a zone's nics become, settled, and whatever else is wrong with the update at the same
   * time; what they are given is the zone's beside what it had.
   *
   * @param faults what is wrong already
   * @param checks what else there is to be said of the spec, and throws it
   * @param settle decides what its nics leave open
   */
  ZoneSpec settle(
      LocalZone zone,
      ZoneSpec asked,
      List<Fault> faults,
      Runnable checks,
      Supplier<ZoneSpec> settle) {
    List<Fault> all = new ArrayList<>(faults);
    Optional<ZoneSpec> after = gathering(all, settle);
    gathering(
        all,
        () -> {
          checks.run();
          return asked;
        });
    Optional<Life> life = zone.life();
    ZoneSpec before = zone.record().spec();
    ZoneSpec seen = after.orElse(asked);
    if (life.isPresent() && Replug.isNeeded(before, seen)) {
      all.addAll(conflicts(zone, life.get(), before, seen));
    }
    if (!all.isEmpty()) {
      throw new PolderException("the update is refused", all);
    }
    return after.orElseThrow();
  }

  private static Optional<ZoneSpec> gathering(List<Fault> faults, Supplier<ZoneSpec> work) {
    try {
      return Optional.of(work.get());
    } catch (PolderException e) {
      if (e.faults().isEmpty()) {
        throw e;
      }
      faults.addAll(e.faults());
      return Optional.empty();
    }
  }

  /** What stands in the way inside, where all names are the zone's to give. */
  private List<Fault> conflicts(LocalZone zone, Life life, ZoneSpec before, ZoneSpec after) {
    NicChange change = NicChange.of(before, after);
    List<Nic> nics = after.get(ZoneProperties.NICS);
    List<String> names = NicRules.names(nics);
    List<Fault> faults = new ArrayList<>(change.faults(nics, hall.networks()::find));
    try (Fd inside = inside(zone, life)) {
      Set<String> there = cards.there(names, inside);
      for (int i = 0; i < nics.size(); i++) {
        String name = names.get(i);
        String at = "nics[%d].interface".formatted(i);
        boolean makesRoom =
            change.unplugged().stream().anyMatch(nic -> nic.name().equals(Optional.of(name)));
        if (change.plugged().contains(nics.get(i)) && there.contains(name) && !makesRoom) {
          faults.add(
              new Fault(
                  at, "the zone made an interface '%s' itself; take another".formatted(name)));
        } else if (change.changed().contains(nics.get(i)) && !there.contains(name)) {
          faults.add(new Fault(at, "'%s' is not in the zone any more; reboot it".formatted(name)));
        }
      }
    }
    return faults;
  }

  /**
   * A zone's network, which is there for as long as this is open, also if the zone ends meanwhile.
   *
   * @throws PolderException WRONG_STATE if it has ended
   */
  private static Fd inside(LocalZone zone, Life life) {
    Running running = life.running().orElseThrow(() -> ended(zone));
    try {
      Fd inside = Namespace.NET.of(running.identity().pid());
      if (running.pidfd().isAlive()) {
        return inside;
      }
      inside.close(); // it may be another's by now
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.ESRCH)) {
        throw e;
      }
    }
    throw ended(zone);
  }

  private static PolderException ended(LocalZone zone) {
    return new PolderException(
        ErrorKind.WRONG_STATE,
        "cannot change the network cards of zone '%s': it is just ending; try again when it is down"
            .formatted(zone.name()));
  }

  /** A change of a zone's cards, for the steps of it. For one thread. */
  final class Work implements AutoCloseable {
    private final ZoneSpec before;
    private final ZoneSpec after;
    private final Wiring was;
    private final Wiring wanted;
    private final Fd inside;

    private Work(ZoneSpec before, ZoneSpec after, Fd inside) {
      this.before = before;
      this.after = after;
      this.was = hall.networks().wiring(before);
      this.wanted = hall.networks().wiring(after);
      this.inside = inside;
    }

    /** Does one step. */
    void work(Replug step, Undo undo) {
      switch (step) {
        case Replug.Announce(UUID zone) ->
            hall.journal().begin(OPERATION, zone, Replug.plan(before, after), facts());
        case Replug.Guard _ -> {
          undo.add(() -> hall.firewall().foresee(before));
          hall.firewall().foresee(both());
        }
        case Replug.Unplug(UUID zone, var mac) -> {
          undo.add(
              () -> {
                cards.unplug(zone, was, mac); // where it broke off in the middle
                cards.plug(zone, was, mac, inside);
              });
          cards.unplug(zone, was, mac);
        }
        case Replug.Plug(UUID zone, var mac) -> {
          undo.add(() -> cards.unplug(zone, wanted, mac));
          cards.plug(zone, wanted, mac, inside);
        }
        case Replug.Change(UUID zone, var mac) -> {
          undo.add(() -> cards.change(zone, wanted, was, mac, inside));
          cards.change(zone, was, wanted, mac, inside);
        }
        case Replug.Lead _ -> {
          undo.add(() -> cards.lead(wanted, was, inside));
          cards.lead(was, wanted, inside);
        }
      }
    }

    /** The zone with the cards that it has and those that it is to have. */
    ZoneSpec both() {
      List<Nic> nics = new ArrayList<>(after.get(ZoneProperties.NICS));
      before.get(ZoneProperties.NICS).stream()
          .filter(nic -> !nics.contains(nic))
          .forEach(nics::add);
      return after.with(ZoneProperties.NICS, List.copyOf(nics));
    }

    private Map<String, Object> facts() {
      return Map.of("before", words(before), "after", words(after));
    }

    @Override
    public void close() {
      inside.close();
    }
  }

  /** Begins a change of a zone that runs; what broke off before is put right first. */
  Work begin(LocalZone zone, Life life, ZoneSpec after) {
    hall.journal().open(OPERATION, zone.uuid()).ifPresent(intent -> resume(zone, intent));
    ZoneSpec before = zone.record().spec();
    Fd inside = inside(zone, life);
    try {
      return new Work(before, after, inside);
    } catch (RuntimeException e) {
      inside.close();
      throw e;
    }
  }

  /** It is wholly done, or wholly undone. */
  void done(UUID zone) {
    try {
      hall.journal().done(OPERATION, zone);
    } catch (SyscallException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the next start looks at the cards of zone %s again: %s".formatted(zone, e.getMessage()));
    }
  }

  private static Map<String, Object> words(ZoneSpec spec) {
    Map<String, Object> all = spec.write();
    Map<String, Object> words = new LinkedHashMap<>();
    for (String name : List.of(ZoneProperties.NICS.name(), ZoneProperties.ROUTES.name())) {
      Object value = all.get(name);
      if (value != null) {
        words.put(name, value);
      }
    }
    return words;
  }

  private Wiring wiring(ZoneSpec recorded, Map<String, Object> words) {
    Map<String, Object> all = new LinkedHashMap<>(recorded.write());
    all.remove(ZoneProperties.NICS.name());
    all.remove(ZoneProperties.ROUTES.name());
    all.putAll(words);
    return hall.networks().wiring(ZoneSpec.read(all));
  }

  /** Brings a zone's cards to what is recorded, after a change that broke off; with its lock. */
  void resume(LocalZone zone, Journal.Intent intent) {
    ZoneSpec recorded = zone.record().spec();
    Optional<List<Wiring>> others =
        hall.journal()
            .facts(
                intent,
                tree ->
                    List.of(
                        wiring(recorded, new Fields(tree).object("before")),
                        wiring(recorded, new Fields(tree).object("after"))));
    if (others.isEmpty()) {
      hall.journal().putAside(intent.file());
      return;
    }
    Optional<Life> life = zone.life();
    if (life.isEmpty()) {
      settle(recorded, others.get(), Optional.empty());
    } else {
      try (Fd inside = inside(zone, life.get())) {
        settle(recorded, others.get(), Optional.of(inside));
      }
    }
    hall.journal().done(intent);
  }

  private void settle(ZoneSpec recorded, List<Wiring> others, Optional<Fd> inside) {
    Wiring wanted = hall.networks().wiring(recorded);
    cards.settle(recorded.uuid(), wanted, others, inside);
    List<String> gone = new ArrayList<>();
    others.forEach(other -> other.vnics().forEach(card -> gone.add(card.port())));
    gone.removeIf(port -> wanted.vnics().stream().anyMatch(card -> card.port().equals(port)));
    hall.firewall().forget(gone);
  }
}
