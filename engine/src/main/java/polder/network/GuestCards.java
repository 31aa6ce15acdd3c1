package polder.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.SyscallException;
import polder.linux.Tap;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * The cards of a zone that has a kernel of its own. In the zone's namespace each card's end and a
 * tap hand every frame to each other, whatever it is, before that namespace's stack can see it; the
 * tap's descriptor is what an emulator reads and writes. There is no address and no bridge.
 */
final class GuestCards {
  private GuestCards() {}

  /**
   * Makes the taps of cards that are there, and down; switches both on.
   *
   * @return the taps' descriptors, now the caller's
   * @throws PolderException UNSUPPORTED if the kernel has not what it takes
   */
  static List<Fd> connect(NetworkStack zone, NetworkSettings settings, Fd inside, Wiring wiring) {
    List<Fd> taps = new ArrayList<>();
    try {
      List<Vnic> vnics = wiring.vnics();
      for (int i = 0; i < vnics.size(); i++) {
        taps.add(Tap.open(inside, tap(i)));
      }
      settings.set(silent(vnics));
      for (int i = 0; i < vnics.size(); i++) {
        connect(zone, vnics.get(i), tap(i));
      }
      return List.copyOf(taps);
    } catch (SyscallException e) {
      taps.forEach(Fd::close);
      if (!e.errno().equals(Errno.ENOENT)
          && !e.errno().equals(Errno.ENODEV)
          && !e.errno().equals(Errno.EOPNOTSUPP)) {
        throw e;
      }
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "this kernel has no network cards for guests; they need tun, sch_ingress, cls_u32 and"
              + " act_mirred: "
              + e.getMessage(),
          e);
    } catch (RuntimeException e) {
      taps.forEach(Fd::close);
      throw e;
    }
  }

  private static void connect(NetworkStack zone, Vnic vnic, String name) {
    int card = zone.links().find(vnic.name()).orElseThrow().index();
    int tap = zone.links().find(name).orElseThrow().index();
    zone.links().mtu(tap, vnic.mtu());
    zone.traffic().redirect(card, tap);
    zone.traffic().redirect(tap, card);
    zone.links().raise(tap);
    zone.links().raiseForAllGroups(card); // which groups the guest is in only the guest knows
  }

  /** No nic of a payload has a dash in its name. */
  private static String tap(int place) {
    return "tap-" + place;
  }

  /** Nothing in the namespace speaks on them, or passes on what it hears. */
  private static Map<List<String>, String> silent(List<Vnic> vnics) {
    Map<List<String>, String> values = new LinkedHashMap<>();
    values.put(List.of("ipv4", "ip_forward"), "0");
    for (int i = 0; i < vnics.size(); i++) {
      for (String name : List.of(vnics.get(i).name(), tap(i))) {
        values.put(List.of("ipv6", "conf", name, "disable_ipv6"), "1");
      }
    }
    return values;
  }
}
