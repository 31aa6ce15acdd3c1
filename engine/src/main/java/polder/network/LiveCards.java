package polder.network;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.NftElements;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.MacAddress;
import polder.model.PolderException;

/**
 * Changes cards of zones that run, one at a time; each change is taken back by its opposite. A card
 * that comes is in the rules' sets before it is there, and one that goes is gone before it leaves
 * them. Inside, it is the zone's, which may have renamed it, taken it away or given it other
 * addresses: what is not as it was left is passed over where that does no harm, and told where it
 * does. For many threads at once.
 */
public final class LiveCards {
  private final ReentrantLock working;
  private final Map<UUID, Wiring> plugged;
  private final Ports ports;
  private final NftElements elements;
  private final Shaping shaping;
  private final Switchboard switchboard;

  /**
   * Those of a switchboard.
   *
   * @param working its lock
   * @param plugged what it knows of zones that run
   */
  LiveCards(
      ReentrantLock working,
      Map<UUID, Wiring> plugged,
      Ports ports,
      NftElements elements,
      Shaping shaping,
      Switchboard switchboard) {
    this.working = working;
    this.plugged = plugged;
    this.ports = ports;
    this.elements = elements;
    this.shaping = shaping;
    this.switchboard = switchboard;
  }

  /** Which of {@code names} are interfaces in a zone. */
  public Set<String> there(List<String> names, Fd inside) {
    try (NetworkStack zone = NetworkStack.of(inside)) {
      Set<String> there = new LinkedHashSet<>(names);
      there.removeIf(each -> zone.links().find(each).isEmpty());
      return there;
    }
  }

  /**
   * Plugs a card in, which has its addresses and routes when this returns.
   *
   * @param wiring what the zone is to have; the card is among it
   * @param inside the zone's network namespace, which stays the caller's
   */
  public void plug(UUID zone, Wiring wiring, MacAddress mac, Fd inside) {
    Vnic card = wiring.card(mac).orElseThrow();
    working.lock();
    try (NetworkStack within = NetworkStack.of(inside)) {
      plugged.put(zone, known(zone).with(card));
      switchboard.watch(Wiring.of(card));
      join(card, inside);
      if (!card.bandwidth().isNone()) {
        shaping.set(card); // it is down inside
      }
      Inside.configure(within, new NetworkSettings(inside), card, exits(wiring, card));
      switchboard.publish(Wiring.of(card));
      switchboard.reflect(Wiring.of(card));
    } finally {
      working.unlock();
    }
  }

  private void join(Vnic card, Fd inside) {
    try {
      ports.join(card, inside);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      throw new PolderException(
          ErrorKind.EXISTS,
          "the zone has an interface '%s' already; give the nic another name by 'interface'"
              .formatted(card.name()),
          e);
    }
  }

  /** Takes a card away, and all that it might have sent; what is gone already is passed over. */
  public void unplug(UUID zone, Wiring wiring, MacAddress mac) {
    working.lock();
    try {
      wiring.card(mac).ifPresent(card -> remove(zone, card));
    } finally {
      working.unlock();
    }
  }

  private void remove(UUID zone, Vnic card) {
    Wiring left = known(zone).without(card.mac());
    if (left.vnics().isEmpty()) {
      plugged.remove(zone);
    } else {
      plugged.put(zone, left);
    }
    ports.remove(card);
    elements.remove(PortRules.of(card, switchboard.names()));
    switchboard.unpublish(Wiring.of(card));
    if (card.bandwidth().out().isPresent()) {
      shaping.clear(card);
    }
  }

  /** Gives a card other addresses, and lets it send as they say. */
  public void change(UUID zone, Wiring before, Wiring after, MacAddress mac, Fd inside) {
    working.lock();
    try (NetworkStack within = NetworkStack.of(inside)) {
      change(zone, before.card(mac).orElseThrow(), after, mac, inside, within);
    } finally {
      working.unlock();
    }
  }

  private void change(
      UUID zone, Vnic was, Wiring after, MacAddress mac, Fd inside, NetworkStack within) {
    Vnic card = after.card(mac).orElseThrow();
    plugged.put(zone, known(zone).with(card));
    switchboard.unpublish(Wiring.of(was));
    Inside.take(within, card, without(was.addresses(), card.addresses()));
    elements.remove(
        without(PortRules.of(was, switchboard.names()), PortRules.of(card, switchboard.names())));
    switchboard.watch(Wiring.of(card));
    ports.refresh(card);
    Inside.give(within, new NetworkSettings(inside), card, exits(after, card));
    switchboard.publish(Wiring.of(card));
    switchboard.reflect(Wiring.of(card));
  }

  /** Has a zone's packets leave as {@code after} says; routes that it made itself stay. */
  public void lead(Wiring before, Wiring after, Fd inside) {
    try (NetworkStack within = NetworkStack.of(inside)) {
      lead(within, before, after);
    }
  }

  private static void lead(NetworkStack within, Wiring before, Wiring after) {
    Set<Wiring.Exit> gone = new LinkedHashSet<>(before.exits());
    gone.removeAll(after.exits());
    Set<Wiring.Exit> fresh = new LinkedHashSet<>(after.exits());
    fresh.removeAll(before.exits());
    Inside.leadNoMore(within, gone);
    Inside.lead(within, fresh);
  }

  /**
   * Brings a zone's cards to what is recorded, wherever a change of them broke off.
   *
   * @param recorded what it is to have
   * @param others what it had before that change, and would have had after it
   * @param inside its network namespace, which stays the caller's; empty if it does not run
   */
  public void settle(UUID zone, Wiring recorded, List<Wiring> others, Optional<Fd> inside) {
    working.lock();
    try {
      for (Wiring other : others) {
        for (Vnic card : other.vnics()) {
          if (recorded.card(card.mac()).filter(now -> isSamePlug(now, card)).isEmpty()) {
            remove(zone, card);
          }
        }
      }
      if (inside.isPresent()) {
        try (NetworkStack within = NetworkStack.of(inside.get())) {
          for (Vnic card : recorded.vnics()) {
            settle(zone, card, recorded, others, inside.get(), within);
          }
          others.forEach(other -> lead(within, other, recorded));
        }
      }
    } finally {
      working.unlock();
    }
  }

  private void settle(
      UUID zone, Vnic card, Wiring recorded, List<Wiring> others, Fd inside, NetworkStack within) {
    boolean moved =
        others.stream()
            .anyMatch(o -> o.card(card.mac()).filter(was -> isSamePlug(was, card)).isEmpty());
    if (moved) { // it may be there without its addresses, or be on its way out
      ports.remove(card);
      plug(zone, recorded, card.mac(), inside);
      return;
    }
    for (Wiring other : others) {
      Vnic was = other.card(card.mac()).orElseThrow();
      if (!PortRules.of(was, switchboard.names()).equals(PortRules.of(card, switchboard.names()))
          || !was.addresses().equals(card.addresses())) {
        change(zone, was, recorded, card.mac(), inside, within);
      }
    }
  }

  private static boolean isSamePlug(Vnic one, Vnic other) {
    return one.network().name().equals(other.network().name())
        && one.name().equals(other.name())
        && one.mtu() == other.mtu();
  }

  private Wiring known(UUID zone) {
    return plugged.getOrDefault(zone, new Wiring(List.of(), List.of(), false));
  }

  private static Set<Wiring.Exit> exits(Wiring wiring, Vnic card) {
    Set<Wiring.Exit> all = wiring.exits();
    all.removeIf(each -> !each.card().equals(card.name()));
    return all;
  }

  private static <T> List<T> without(List<T> all, List<T> others) {
    List<T> left = new ArrayList<>(all);
    left.removeAll(others);
    return left;
  }
}
