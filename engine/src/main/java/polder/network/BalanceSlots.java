package polder.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import polder.model.BalanceMember;

/**
 * Which of a balance's slots lead to which member. Each has as many as its weight says; which ones
 * follows from who it is, so that the others keep most of theirs when one comes or goes, and that
 * neighbouring slots lead to different members.
 */
final class BalanceSlots {
  /** How many there are. */
  static final int COUNT = 128;

  private BalanceSlots() {}

  private record Claim(int slot, int member, long score) {}

  /**
   * The member of each slot; none if there is no member. Of more than {@link #COUNT} the last ones
   * get none.
   */
  static List<BalanceMember> of(List<BalanceMember> members) {
    if (members.isEmpty()) {
      return List.of();
    }
    int[] left = shares(members);
    List<Claim> claims = new ArrayList<>(COUNT * members.size());
    for (int member = 0; member < members.size(); member++) {
      BalanceMember own = members.get(member);
      long seed =
          mixed(own.zone().getMostSignificantBits())
              ^ mixed(own.zone().getLeastSignificantBits() + own.port());
      for (int slot = 0; slot < COUNT; slot++) {
        claims.add(new Claim(slot, member, mixed(seed + slot)));
      }
    }
    claims.sort(Comparator.comparingLong(Claim::score).thenComparingInt(Claim::member));
    BalanceMember[] slots = new BalanceMember[COUNT];
    for (Claim each : claims) {
      if (slots[each.slot()] == null && left[each.member()] > 0) {
        slots[each.slot()] = members.get(each.member());
        left[each.member()]--;
      }
    }
    return List.of(slots);
  }

  /** How many slots each gets: by weight, those with the largest remainder rounded up. */
  private static int[] shares(List<BalanceMember> members) {
    int count = members.size();
    long total = members.stream().mapToLong(BalanceMember::weight).sum();
    int[] shares = new int[count];
    int given = 0;
    for (int i = 0; i < count; i++) {
      shares[i] = (int) ((long) COUNT * members.get(i).weight() / total);
      if (shares[i] == 0 && count <= COUNT) {
        shares[i] = 1; // a light one gets some, too
      }
      given += shares[i];
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    order.sort(
        Comparator.comparingLong((Integer i) -> -(COUNT * (long) members.get(i).weight() % total))
            .thenComparing(Comparator.naturalOrder()));
    for (int i = 0; given < COUNT; i++, given++) {
      shares[order.get(i % count)]++;
    }
    while (given > COUNT) {
      int largest = 0;
      for (int i = 1; i < count; i++) {
        largest = shares[i] > shares[largest] ? i : largest;
      }
      shares[largest]--;
      given--;
    }
    return shares;
  }

  /** The finalizer of MurmurHash3, 64 bits: each bit of the input moves half of the output's. */
  private static long mixed(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
