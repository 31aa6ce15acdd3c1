package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.BalanceMember;
import polder.model.IpAddress;

class BalanceSlotsTest {
  private static List<BalanceMember> members(int... weights) {
    List<BalanceMember> members = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      members.add(
          new BalanceMember(
              new UUID(7, i),
              "m" + i,
              List.of(IpAddress.of("10.0.0." + (i % 250 + 1))),
              80,
              weights[i],
              BalanceMember.State.IN));
    }
    return members;
  }

  private static Map<String, Integer> counts(List<BalanceMember> slots) {
    Map<String, Integer> counts = new HashMap<>();
    slots.forEach(each -> counts.merge(each.name(), 1, Integer::sum));
    return counts;
  }

  @Test
  void eachHasAsManyAsItsWeightSays() {
    assertEquals(List.of(), BalanceSlots.of(List.of()));
    assertEquals(Map.of("m0", 128), counts(BalanceSlots.of(members(5))));
    assertEquals(Map.of("m0", 32, "m1", 32, "m2", 64), counts(BalanceSlots.of(members(1, 1, 2))));
    assertEquals(Map.of("m0", 43, "m1", 43, "m2", 42), counts(BalanceSlots.of(members(1, 1, 1))));
    Map<String, Integer> uneven = counts(BalanceSlots.of(members(100, 100, 1)));
    assertTrue(List.of(1, 2).contains(uneven.getOrDefault("m2", 0)), uneven.toString());
    int[] many = new int[200];
    java.util.Arrays.fill(many, 1);
    assertEquals(BalanceSlots.COUNT, BalanceSlots.of(members(many)).size());
    many = new int[128];
    java.util.Arrays.fill(many, 1);
    many[0] = 100;
    assertEquals(128, counts(BalanceSlots.of(members(many))).size(), "each has one at least");
  }

  @Test
  void whoStaysKeepsMostOfItsSlotsWhenAnotherGoes() {
    List<BalanceMember> all = members(1, 1, 1, 1, 1);
    List<BalanceMember> before = BalanceSlots.of(all);
    List<BalanceMember> after = BalanceSlots.of(all.subList(0, 4));
    int kept = 0;
    int there = 0;
    for (int i = 0; i < BalanceSlots.COUNT; i++) {
      if (!before.get(i).name().equals("m4")) {
        there++;
        kept += before.get(i).equals(after.get(i)) ? 1 : 0;
      }
    }
    assertTrue(kept >= there * 3 / 4, kept + " of " + there);
  }
}
