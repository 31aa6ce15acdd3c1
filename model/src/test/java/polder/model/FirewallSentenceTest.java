package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.model.FirewallProtocol.Icmp;
import polder.model.FirewallProtocol.IcmpType;
import polder.model.FirewallProtocol.Ipsec;
import polder.model.FirewallProtocol.Ports;
import polder.model.FirewallProtocol.Range;
import polder.model.FirewallProtocol.Transport;
import polder.model.FirewallSentence.Action;

class FirewallSentenceTest {
  private static final String VM = "8f7a9e4e-0c3f-4a52-9c2e-1f2f3c4d5e6f";

  @Test
  void whatMeansTheSameIsWrittenTheSame() {
    List<List<String>> cases =
        List.of(
            List.of(
                "FROM any TO tag www ALLOW tcp PORT 80", "from ANY to TAG www allow TCP port 80"),
            List.of(
                "FROM any TO all vms BLOCK udp PORT all",
                "FROM (any) TO (ALL VMS) BLOCK udp (PORT ALL)"),
            List.of(
                "FROM (ip 10.0.0.1 OR tag a = b) TO vm " + VM + " ALLOW tcp (PORT 80 AND PORT 443)",
                "FROM (tag \"a\" = \"b\" OR ip 10.0.0.1 OR tag a=b) TO vm "
                    + VM.toUpperCase(Locale.ROOT)
                    + " ALLOW tcp (PORT 443 AND PORT 80 AND PORT 80)"),
            List.of(
                "FROM subnet 10.1.0.0/16 TO tag b ALLOW tcp PORTS 22, 80-90",
                "FROM (SUBNET 10.1.2.3/16) TO tag b ALLOW tcp PORTS 85 - 90,80-86 , 22 PRIORITY 0"),
            List.of(
                "FROM any TO tag b ALLOW icmp (TYPE 0 AND TYPE 8 CODE 0) PRIORITY 100",
                "FROM any TO tag b ALLOW icmp (TYPE 8 CODE 0 AND TYPE 0) PRIORITY 100"),
            List.of(
                "FROM tag b TO subnet fd00::/8 BLOCK icmp6 TYPE all",
                "FROM tag b TO SUBNET fd00:0:0::1/8 BLOCK ICMP6 (TYPE ALL)"),
            List.of("FROM tag b TO any BLOCK esp", "FROM tag b TO any BLOCK ESP"),
            List.of(
                "FROM tag b TO any BLOCK tcp PORT all",
                "FROM tag b TO any BLOCK tcp PORTS 1-65535"),
            List.of(
                "FROM tag \"a \\\"b\\\\\\n\\(/\" TO tag TO ALLOW ah",
                "FROM tag \"a \\u0022b\\\\\\n(\\/\" TO tag \"TO\" ALLOW AH"));
    for (List<String> each : cases) {
      for (String text : each) {
        assertEquals(each.getFirst(), FirewallSentence.of(text).toString(), text);
      }
    }
  }

  @Test
  void aMistakeIsToldWithItsPlaceAndWhatWasExpected() {
    List<List<String>> cases =
        List.of(
            List.of("", "at 1: expected FROM, not the end"),
            List.of(
                "FROM tag a TO",
                "at 14: expected ANY, ALL VMS, IP, SUBNET, TAG or VM, not the end"),
            List.of("FROM tag a TO any PERMIT tcp", "at 19: expected ALLOW or BLOCK, not 'PERMIT'"),
            List.of("FROM tag a TO any BLOCK tcp 80", "at 29: expected PORT, PORTS or (, not '80'"),
            List.of(
                "FROM tag a TO any BLOCK tcp PORT x", "at 34: expected a port, or ALL, not 'x'"),
            List.of(
                "FROM tag a TO any BLOCK sctp PORT 1",
                "at 25: expected TCP, UDP, ICMP, ICMP6, AH or ESP, not 'sctp'"),
            List.of("FROM (tag a TO any BLOCK ah", "at 13: expected OR or ), not 'TO'"),
            List.of(
                "FROM tag a TO any BLOCK ah now", "at 28: expected PRIORITY or the end, not 'now'"),
            List.of("FROM tag a TO all BLOCK ah", "at 19: expected VMS, not 'BLOCK'"),
            List.of("From tag a TO any BLOCK ah", "at 1: write FROM or from, not 'From'"),
            List.of(
                "FROM tag a.b TO any BLOCK ah", "at 10: 'a.b' must be in quotes as a tag's name"),
            List.of("FROM tag \"a TO any BLOCK ah", "at 10: the quote is not closed"),
            List.of(
                "FROM tag \"\\x\" TO any BLOCK ah",
                "at 11: unknown escape; use \\\" \\\\ \\b \\f \\n \\r \\t \\/ \\( \\) or \\uXXXX"),
            List.of(
                "FROM tag a TO any BLOCK ah; drop",
                "at 27: ';' is no part of a rule; put a tag's name or value that needs it in quotes"),
            List.of(
                "FROM tag a\n TO any BLOCK ah",
                "at 11: a control character is no part of a rule; put a tag's name or value that needs it in quotes"),
            List.of(
                "FROM any TO any BLOCK ah",
                "touches no zone: one side has to name a tag, a vm or all vms"),
            List.of(
                "FROM ip 1.2.3.4 TO subnet 10.0.0.0/8 BLOCK ah",
                "touches no zone: one side has to name a tag, a vm or all vms"),
            List.of(
                "FROM ip fd00::1 TO tag a ALLOW icmp TYPE 8",
                "'ip fd00::1' is IPv6, and icmp is not; use icmp6"),
            List.of(
                "FROM (tag a OR any) TO tag b ALLOW ah", "at 16: 'any' stands alone on its side"),
            List.of("FROM (any OR tag a) TO tag b ALLOW ah", "at 11: expected ), not 'OR'"),
            List.of(
                "FROM tag a TO any BLOCK tcp PORTS 9-5",
                "at 35: '9-5' is a range that ends before it begins"));
    for (List<String> each : cases) {
      assertEquals(each.subList(1, each.size()), faults(each.getFirst()), each.getFirst());
    }
  }

  @Test
  void allWrongValuesAreToldAtOnce() {
    assertEquals(
        List.of(
            "at 10: '1.2.3.256' is no IP address",
            "at 31: '10.0.0.0/40': a prefix is 0 to 32",
            "at 50: 'x' is no uuid",
            "at 68: 0 is out of range: 1 to 65535",
            "at 79: 70000 is out of range: 1 to 65535",
            "at 95: 101 is out of range: 0 to 100"),
        faults(
            "FROM (ip 1.2.3.256 OR SUBNET  10.0.0.0/40) TO vm x ALLOW tcp (PORT 0 AND PORT 70000)"
                + " PRIORITY 101"));
  }

  @Test
  void theLimitsAreThoseOfVersionFour() {
    for (int count : List.of(24, 25)) {
      String targets =
          IntStream.range(0, count).mapToObj(i -> "tag t" + i).collect(Collectors.joining(" OR "));
      String ports =
          IntStream.range(1, count + 1)
              .mapToObj(i -> "PORT " + i)
              .collect(Collectors.joining(" AND "));
      String types =
          IntStream.range(1, count + 1)
              .mapToObj(i -> "TYPE " + i)
              .collect(Collectors.joining(" AND "));
      assertEquals(
          count == 24 ? List.of() : List.of("at 6: 25 targets, and 24 at most are taken"),
          faults("FROM (" + targets + ") TO any BLOCK ah"));
      assertEquals(
          count == 24 ? List.of() : List.of("at 29: 25 ports, and 24 at most are taken"),
          faults("FROM tag a TO any BLOCK tcp (" + ports + ")"));
      assertEquals(
          count == 24 ? List.of() : List.of("at 30: 25 types, and 24 at most are taken"),
          faults("FROM tag a TO any BLOCK icmp (" + types + ")"));
    }
    assertEquals(List.of(), faults("FROM tag " + "x".repeat(255) + " TO any BLOCK ah"));
    assertEquals(
        List.of("at 10: a tag's name has 1 to 255 characters"),
        faults("FROM tag " + "x".repeat(256) + " TO any BLOCK ah"));
  }

  @Test
  @DisplayName(
      "S-API-09 whatever a tag holds comes back from a rule's text, and stays in its quotes")
  void hostileTagsComeBack() {
    for (String hostile :
        List.of(
            "\" TO any ALLOW ah",
            "\\",
            "a\nb",
            "\u0000",
            "-e",
            "$(id)",
            "\ud83d\ude00",
            "\u2028;}",
            "a = b")) {
      FirewallSentence made =
          new FirewallSentence(
              List.of(new FirewallTarget.Tag(hostile, Optional.of(hostile))),
              List.of(new FirewallTarget.Any()),
              Action.BLOCK,
              new FirewallProtocol.Sealed(Ipsec.AH),
              0);
      String text = made.toString();
      assertEquals(made, FirewallSentence.of(text), text);
      assertTrue(text.chars().noneMatch(Character::isISOControl), text);
    }
  }

  @Test
  void aSentenceIsWhatItsTextIs() {
    Random random = new Random(20261129);
    for (int i = 0; i < 5000; i++) {
      FirewallSentence made = sentence(random);
      assertEquals(made, FirewallSentence.of(made.toString()), made::toString);
      assertEquals(made.toString(), FirewallSentence.of(made.toString()).toString());
    }
  }

  @Test
  void damagedTextIsRefusedAndNeverBreaksTheReader() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(sentence(random).toString());
      for (int hits = random.nextInt(4); hits >= 0; hits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, (char) random.nextInt(0x2100));
          default -> text.setLength(Math.max(1, at));
        }
        if (text.isEmpty()) {
          text.append('x');
        }
      }
      try {
        FirewallSentence read = FirewallSentence.of(text.toString());
        assertEquals(read, FirewallSentence.of(read.toString()));
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind());
      }
    }
  }

  private static List<String> faults(String text) {
    try {
      FirewallSentence.of(text);
      return List.of();
    } catch (PolderException e) {
      return e.faults().stream().map(Fault::message).toList();
    }
  }

  /** Some rule; every part of the grammar comes up. */
  private static FirewallSentence sentence(Random random) {
    Optional<Boolean> six =
        random.nextInt(4) > 0 ? Optional.empty() : Optional.of(random.nextBoolean());
    FirewallProtocol protocol =
        switch (random.nextInt(4)) {
          case 0 -> new FirewallProtocol.Sealed(random.nextBoolean() ? Ipsec.AH : Ipsec.ESP);
          case 1 -> {
            boolean of = random.nextBoolean();
            six = Optional.of(of);
            yield new Icmp(of, some(random, FirewallSentenceTest::type));
          }
          default ->
              new Ports(
                  random.nextBoolean() ? Transport.TCP : Transport.UDP,
                  random.nextInt(5) == 0
                      ? List.of(Range.ALL)
                      : some(random, FirewallSentenceTest::range));
        };
    List<FirewallTarget> from = side(random, six);
    List<FirewallTarget> to = side(random, six);
    if (from.stream().noneMatch(FirewallTarget::isInstance)) {
      to = List.of(new FirewallTarget.Tag("t", Optional.empty()));
    }
    return new FirewallSentence(
        from,
        to,
        random.nextBoolean() ? Action.ALLOW : Action.BLOCK,
        protocol,
        random.nextInt(3) == 0 ? random.nextInt(101) : 0);
  }

  private static Range range(Random random) {
    int first = 1 + random.nextInt(65_535);
    return new Range(first, random.nextBoolean() ? first : first + random.nextInt(65_536 - first));
  }

  private static IcmpType type(Random random) {
    return new IcmpType(
        random.nextInt(256),
        random.nextBoolean() ? Optional.of(random.nextInt(256)) : Optional.empty());
  }

  private static <T> List<T> some(Random random, java.util.function.Function<Random, T> make) {
    List<T> some = new ArrayList<>();
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      some.add(make.apply(random));
    }
    return some;
  }

  private static List<FirewallTarget> side(Random random, Optional<Boolean> six) {
    return switch (random.nextInt(6)) {
      case 0 -> List.of(new FirewallTarget.Any());
      case 1 -> List.of(new FirewallTarget.AllVms());
      default -> some(random, each -> target(each, six));
    };
  }

  private static FirewallTarget target(Random random, Optional<Boolean> six) {
    boolean v6 = six.orElseGet(random::nextBoolean);
    IpAddress address =
        v6
            ? new IpAddress(true, random.nextLong() | 1, random.nextLong())
            : new IpAddress(false, 0, random.nextLong() & 0xffff_ffffL);
    return switch (random.nextInt(4)) {
      case 0 -> new FirewallTarget.Address(address);
      case 1 -> new FirewallTarget.Net(new Cidr(address, random.nextInt(address.bits() + 1)));
      case 2 -> new FirewallTarget.Vm(new UUID(random.nextLong(), random.nextLong()));
      default ->
          new FirewallTarget.Tag(
              word(random), random.nextBoolean() ? Optional.of(word(random)) : Optional.empty());
    };
  }

  private static String word(Random random) {
    StringBuilder word = new StringBuilder();
    boolean plain = random.nextBoolean();
    for (int length = 1 + random.nextInt(6); length > 0; length--) {
      word.append((char) (plain ? 'a' + random.nextInt(26) : random.nextInt(0xd800)));
    }
    return word.toString();
  }
}
