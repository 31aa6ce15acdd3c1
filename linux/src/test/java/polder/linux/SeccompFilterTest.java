package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SeccompFilterTest {
  private static final SeccompAction EPERM = SeccompAction.errno(Errno.EPERM);
  private static final SeccompAction ENOSYS = SeccompAction.errno(Errno.ENOSYS);
  private static final List<SeccompCondition.Test> TESTS = List.of(SeccompCondition.Test.values());
  private static final int X32_BIT = 0x40000000;

  private final SeccompFilter zone = SeccompFilter.of(SeccompProfile.zone());
  private final SeccompFilter docker = SeccompFilter.of(SeccompProfile.docker());

  @Test
  @DisplayName("S-SEC-01 numbers 0 to 600 are decided as the profile says")
  void decidesAsTheProfileSays() {
    long[] some = {0, 1, 8, 38, 40, 0x10000000, 0x20000, 0xffffffffL, 0x1_00000026L, -1};
    for (SeccompProfile profile : List.of(SeccompProfile.zone(), SeccompProfile.docker())) {
      SeccompFilter filter = SeccompFilter.of(profile);
      for (int number = 0; number <= 600; number++) {
        for (long argument : some) {
          assertEquals(
              asked(profile, number, argument),
              filter.decide(number, SeccompFilter.X86_64, argument),
              "call " + number + " with " + argument);
        }
      }
    }
  }

  @Test
  @DisplayName("S-SEC-01 of the 362 calls of Linux 5.16 docker refuses 67, the default 66")
  void dockerRefuses67Of362() {
    Set<String> refused = refusedOf362(docker);
    assertEquals(67, refused.size(), refused::toString);
    assertTrue(refused.contains("clone3") && refused.contains("bpf") && refused.contains("reboot"));
    Set<String> byDefault = refusedOf362(SeccompFilter.of(SeccompProfile.zone()));
    assertEquals(66, byDefault.size(), byDefault::toString);
  }

  private static Set<String> refusedOf362(SeccompFilter filter) {
    Set<String> refused = new TreeSet<>();
    int listed = 0;
    for (int number = 0; number <= 450; number++) {
      if (number <= 334 || number >= 424) {
        listed++;
        if (!filter.decide(number, SeccompFilter.X86_64).allows()) {
          refused.add(Syscalls.name(number).orElseThrow());
        }
      }
    }
    assertEquals(362, listed);
    return refused;
  }

  @Test
  void aZoneMakesNoSubvolumes() {
    SeccompAction refused = SeccompAction.errno(new Errno(25)); // ENOTTY
    int ioctl = number("ioctl");
    for (int request : SeccompProfile.SUBVOLUMES) {
      for (long above : new long[] {0, 1L << 32, -1L << 32}) {
        long argument = above | Integer.toUnsignedLong(request);
        assertEquals(refused, zone.decide(ioctl, SeccompFilter.X86_64, 3, argument));
        assertEquals(SeccompAction.ALLOW, docker.decide(ioctl, SeccompFilter.X86_64, 3, argument));
      }
    }
    long terminal = 0x5401; // TCGETS, asm-generic/ioctls.h
    assertEquals(SeccompAction.ALLOW, zone.decide(ioctl, SeccompFilter.X86_64, 3, terminal));
  }

  @Test
  void zoneDiffersInRebootAndSubvolumesAlone() {
    for (int number = 0; number <= 600; number++) {
      if (number != number("reboot")) {
        assertEquals(
            docker.decide(number, SeccompFilter.X86_64),
            zone.decide(number, SeccompFilter.X86_64),
            "call " + number);
      }
    }
    assertEquals(EPERM, decide(docker, "reboot"));
    assertEquals(SeccompAction.ALLOW, decide(zone, "reboot"));
  }

  @Test
  void letsLibrariesFallBackFromWhatIsNewOrUnknown() {
    assertEquals(ENOSYS, decide(zone, "clone3"));
    assertEquals(ENOSYS, decide(zone, "listns"));
    assertEquals(ENOSYS, zone.decide(337, SeccompFilter.X86_64));
    assertEquals(ENOSYS, zone.decide(472, SeccompFilter.X86_64));
    assertEquals(ENOSYS, zone.decide(100_000, SeccompFilter.X86_64));
    assertEquals(SeccompAction.ALLOW, decide(zone, "uretprobe"));
    assertEquals(SeccompAction.ALLOW, decide(zone, "mseal"));
  }

  @Test
  void threadsAreMadeButNamespacesAreNot() {
    long thread = 0x3d0f00;
    assertEquals(SeccompAction.ALLOW, decide(zone, "clone", thread));
    for (long flag = 0x20000; flag <= 0x40000000; flag <<= 1) {
      boolean namespace = flag == 0x20000 || flag >= 0x02000000;
      assertEquals(
          namespace ? EPERM : SeccompAction.ALLOW,
          decide(zone, "clone", thread | flag),
          Long.toHexString(flag));
    }
    assertEquals(EPERM, decide(zone, "clone", 0xffff_ffff_1000_0000L));
  }

  @Test
  @DisplayName(
      "S-SEC-05 socket families AF_ALG and AF_VSOCK are refused, whatever is in the upper bits")
  void refusesTwoSocketFamilies() {
    for (int family = 0; family <= 50; family++) {
      SeccompAction expected = family == 38 || family == 40 ? EPERM : SeccompAction.ALLOW;
      for (long upper : new long[] {0, 1L << 32, 0xffffffffL << 32}) {
        assertEquals(expected, decide(zone, "socket", upper | family, 1, 0), "family " + family);
      }
    }
  }

  @Test
  void knowsFivePersonalities() {
    for (long persona : new long[] {0, 8, 0x20000, 0x20008, 0xffffffffL, -1}) {
      assertEquals(SeccompAction.ALLOW, decide(zone, "personality", persona));
    }
    for (long persona : new long[] {1, 4, 0x40000, 0x400000, 0x20001}) {
      assertEquals(EPERM, decide(zone, "personality", persona));
    }
  }

  @Test
  @DisplayName("S-SEC-02 neither the i386 entry nor the x32 bit is a way around")
  void foreignEntriesAreShut() {
    for (int number = 0; number <= 600; number++) {
      assertEquals(SeccompAction.KILL_PROCESS, zone.decide(number, SeccompFilter.I386));
      assertEquals(ENOSYS, zone.decide(X32_BIT | number, SeccompFilter.X86_64));
    }
    assertEquals(ENOSYS, zone.decide(-1, SeccompFilter.X86_64));
    assertEquals(SeccompAction.KILL_PROCESS, zone.decide(0, 0xc00000b7));
  }

  @Test
  void foreignEntriesAreShutEvenWhereAllIsAllowed() {
    SeccompFilter open = SeccompFilter.of(SeccompProfile.of(List.of(), SeccompAction.ALLOW));

    assertEquals(ENOSYS, open.decide(X32_BIT, SeccompFilter.X86_64));
    assertEquals(SeccompAction.KILL_PROCESS, open.decide(0, SeccompFilter.I386));
    assertEquals(SeccompAction.ALLOW, open.decide(0, SeccompFilter.X86_64));
  }

  @Test
  void isShortEnoughToLoadFast() {
    assertTrue(zone.length() <= 130, "instructions: " + zone.length());
    assertEquals(zone.length() * 8, zone.bytes().length);
  }

  @Test
  void anyProfileIsCompiledToWhatItSays() {
    Random random = new Random(11);
    long[] edges = {0, 1, 2, 0xffffffffL, 1L << 32, (1L << 32) + 1, 1L << 63, -1, -2};
    SeccompAction[] actions = {
      EPERM,
      ENOSYS,
      SeccompAction.ALLOW,
      SeccompAction.LOG,
      SeccompAction.NOTIFY,
      SeccompAction.TRAP,
      SeccompAction.KILL_THREAD,
      SeccompAction.trace(7)
    };
    for (int round = 0; round < 300; round++) {
      List<SeccompRule> rules = new ArrayList<>();
      int count = random.nextInt(40);
      for (int i = 0; i < count; i++) {
        Set<Integer> numbers = new TreeSet<>();
        for (int n = 0; n <= random.nextInt(30); n++) {
          numbers.add(random.nextInt(500));
        }
        List<SeccompCondition> conditions = new ArrayList<>();
        for (int c = random.nextInt(4); c > 0; c--) {
          conditions.add(
              new SeccompCondition(
                  random.nextInt(3),
                  TESTS.get(random.nextInt(TESTS.size())),
                  random.nextBoolean() ? -1 : edges[random.nextInt(edges.length)],
                  edges[random.nextInt(edges.length)]));
        }
        rules.add(new SeccompRule(numbers, actions[random.nextInt(actions.length)], conditions));
      }
      SeccompProfile profile = SeccompProfile.of(rules, actions[random.nextInt(actions.length)]);
      SeccompFilter filter = SeccompFilter.of(profile);
      for (int probe = 0; probe < 1000; probe++) {
        int number = random.nextInt(510);
        long[] arguments = {edge(edges, random), edge(edges, random), edge(edges, random)};
        assertEquals(
            asked(profile, number, arguments),
            filter.decide(number, SeccompFilter.X86_64, arguments));
      }
    }
  }

  @Test
  void refusesWhatTheKernelWouldNotTake() {
    List<SeccompCondition> conditions = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      conditions.add(SeccompCondition.of(0, SeccompCondition.Test.NOT_EQUAL, i));
    }
    SeccompProfile profile =
        SeccompProfile.of(
            List.of(new SeccompRule(Set.of(1), EPERM, conditions)), SeccompAction.ALLOW);
    assertThrows(IllegalArgumentException.class, () -> SeccompFilter.of(profile));
  }

  @Test
  @DisplayName("S-SEC-04 an unknown name, number, argument or errno is refused")
  void refusesWhatItDoesNotKnow() {
    assertThrows(
        IllegalArgumentException.class, () -> SeccompRule.of(EPERM, List.of("read", "raed")));
    assertThrows(
        IllegalArgumentException.class, () -> new SeccompRule(Set.of(-1), EPERM, List.of()));
    assertThrows(
        IllegalArgumentException.class, () -> new SeccompRule(Set.of(X32_BIT), EPERM, List.of()));
    assertThrows(IllegalArgumentException.class, () -> SeccompCondition.low32(6, 0));
    assertThrows(IllegalArgumentException.class, () -> SeccompAction.errno(new Errno(4096)));
  }

  @Test
  void theTableIsThatOfTheKernel() {
    assertEquals(Set.of(0), Set.of(number("read")));
    assertEquals(334, number("rseq"));
    assertEquals(435, number("clone3"));
    assertEquals(471, number("rseq_slice_yield"));
    assertTrue(Syscalls.name(337).isEmpty() && Syscalls.name(423).isEmpty());
    assertTrue(Syscalls.name(472).isEmpty() && Syscalls.name(-1).isEmpty());
    assertEquals(337 + 48, Syscalls.all().size());
  }

  private static SeccompAction asked(SeccompProfile profile, int number, long... arguments) {
    for (SeccompRule rule : profile.rules()) {
      if (rule.syscalls().contains(number)
          && rule.conditions().stream()
              .allMatch(each -> each.holds(argument(arguments, each.index())))) {
        return rule.action();
      }
    }
    return profile.otherwise();
  }

  private static long argument(long[] arguments, int index) {
    return index < arguments.length ? arguments[index] : 0;
  }

  private static long edge(long[] edges, Random random) {
    return edges[random.nextInt(edges.length)];
  }

  private static SeccompAction decide(SeccompFilter filter, String call, long... arguments) {
    return filter.decide(number(call), SeccompFilter.X86_64, arguments);
  }

  private static int number(String name) {
    return Syscalls.number(name).orElseThrow();
  }
}
