package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import polder.model.Brand;
import polder.model.MacAddress;
import polder.model.NicChange;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Steps that change the network cards of a zone that runs. */
sealed interface Replug extends Step.Alter {
  /** That they change: if we die meanwhile, they become what the record says. */
  record Announce(UUID zone) implements Replug {
    @Override
    public String describe() {
      return "note that the network cards of zone %s change".formatted(zone);
    }
  }

  /** What the firewall lets pass by those that it has and those that it is to have. */
  record Guard(UUID zone) implements Replug {
    @Override
    public String describe() {
      return "put the firewall in force for all network cards of zone " + zone;
    }
  }

  /** One that goes. */
  record Unplug(UUID zone, MacAddress mac) implements Replug {
    @Override
    public String describe() {
      return "unplug network card %s of zone %s".formatted(mac, zone);
    }
  }

  /** One that comes. */
  record Plug(UUID zone, MacAddress mac) implements Replug {
    @Override
    public String describe() {
      return "plug network card %s of zone %s".formatted(mac, zone);
    }
  }

  /** One that stays, with other addresses. */
  record Change(UUID zone, MacAddress mac) implements Replug {
    @Override
    public String describe() {
      return "change network card %s of zone %s".formatted(mac, zone);
    }
  }

  /** By which of them packets leave. */
  record Lead(UUID zone) implements Replug {
    @Override
    public String describe() {
      return "change the routes of zone " + zone;
    }
  }

  /** Whether a zone that runs has to have its cards or routes changed, beyond ports and speed. */
  static boolean isNeeded(ZoneSpec before, ZoneSpec after) {
    return after.brand() != Brand.VM
        && (!NicChange.plugged(before).equals(NicChange.plugged(after))
            || !before.get(ZoneProperties.ROUTES).equals(after.get(ZoneProperties.ROUTES)));
  }

  /**
   * What changes them. Those that go make room for those that come, which may be called as they.
   */
  static List<Replug> plan(ZoneSpec before, ZoneSpec after) {
    UUID zone = after.uuid();
    NicChange change = NicChange.of(before, after);
    List<Replug> plan = new ArrayList<>();
    plan.add(new Announce(zone));
    if (!change.isNone()) {
      plan.add(new Guard(zone));
    }
    change.unplugged().forEach(nic -> plan.add(new Unplug(zone, nic.mac().orElseThrow())));
    change.plugged().forEach(nic -> plan.add(new Plug(zone, nic.mac().orElseThrow())));
    change.changed().forEach(nic -> plan.add(new Change(zone, nic.mac().orElseThrow())));
    plan.add(new Lead(zone));
    return List.copyOf(plan);
  }
}
