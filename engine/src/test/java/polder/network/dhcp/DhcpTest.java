package polder.network.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static polder.network.dhcp.Client.CARD;
import static polder.network.dhcp.Client.SERVER;
import static polder.network.dhcp.Client.message;
import static polder.network.dhcp.Client.option;
import static polder.network.dhcp.Client.told;
import static polder.network.dhcp.DhcpRequest.DECLINE;
import static polder.network.dhcp.DhcpRequest.DISCOVER;
import static polder.network.dhcp.DhcpRequest.INFORM;
import static polder.network.dhcp.DhcpRequest.RELEASE;
import static polder.network.dhcp.DhcpRequest.REQUEST;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.linux.Bytes;
import polder.model.IpAddress;
import polder.model.MacAddress;

class DhcpTest {
  private static final int ROUNDS = 10_000;
  private static final Optional<IpAddress> NONE = Optional.empty();
  private static final IpAddress FIRST = IpAddress.of("10.1.0.7");
  private static final IpAddress SECOND = IpAddress.of("10.1.0.8");
  private static final IpAddress ANOTHERS = IpAddress.of("10.1.0.9");
  private static final List<String> REFUSED =
      List.of("255.255.255.255", "0.0.0.0", "53=6", "54=10.1.0.1");

  private static byte[] asking(IpAddress address) {
    return option(DhcpOption.ADDRESS, address);
  }

  private static byte[] taking(IpAddress server) {
    return option(DhcpOption.SERVER, server);
  }

  @Test
  void aCardIsOfferedItsOwnAddressWithAllThatItNeeds() {
    assertEquals(
        List.of(
            "10.1.0.7",
            "10.1.0.7",
            "1=255.255.255.0",
            "3=10.1.0.1",
            "6=10.1.0.1",
            "12=web",
            "15=lab.example",
            "26=1400",
            "51=86400",
            "53=2",
            "54=10.1.0.1",
            "119=3 108 97 98 7 101 120 97 109 112 108 101 0"
                + " 8 105 110 116 101 114 110 97 108 0"),
        told(message(DISCOVER, NONE), CARD));
    assertEquals("10.1.0.8", told(message(DISCOVER, NONE, asking(SECOND)), CARD).get(1));
    assertEquals("10.1.0.7", told(message(DISCOVER, NONE, asking(ANOTHERS)), CARD).get(1));
    assertEquals(List.of(), told(message(DISCOVER, NONE), Client.card(List.of("fd00:1::7/64"))));
  }

  @Test
  void aRequestIsGrantedForACardsOwnAddressAndRefusedForAnyOther() {
    for (IpAddress each : List.of(FIRST, SECOND)) {
      for (byte[] good :
          List.of(
              message(REQUEST, NONE, asking(each), taking(SERVER)),
              message(REQUEST, NONE, asking(each)),
              message(REQUEST, Optional.of(each)))) {
        List<String> told = told(good, CARD);
        assertEquals(List.of(each.toString(), each.toString()), told.subList(0, 2));
        assertTrue(told.contains("53=5"), told::toString);
      }
    }
    for (byte[] bad :
        List.of(
            message(REQUEST, NONE, asking(ANOTHERS), taking(SERVER)),
            message(REQUEST, NONE, asking(ANOTHERS)),
            message(REQUEST, Optional.of(ANOTHERS)),
            message(REQUEST, Optional.of(ANOTHERS), asking(FIRST)))) {
      assertEquals(REFUSED, told(bad, CARD));
    }
    assertEquals(
        List.of(),
        told(message(REQUEST, NONE, asking(FIRST), taking(ANOTHERS)), CARD),
        "another's");
    assertEquals(List.of(), told(message(REQUEST, NONE), CARD));
  }

  @Test
  void whoHasHisAddressIsInformedAndWhoGivesItBackKeepsIt() {
    List<String> told = told(message(INFORM, Optional.of(SECOND)), CARD);
    assertEquals(List.of("10.1.0.8", "0.0.0.0"), told.subList(0, 2));
    assertTrue(told.containsAll(List.of("53=5", "1=255.255.255.0", "3=10.1.0.1")), told::toString);
    assertFalse(told.contains("51=86400"), "no time runs");
    assertEquals(List.of(), told(message(INFORM, Optional.of(ANOTHERS)), CARD));
    assertEquals(List.of(), told(message(INFORM, NONE), CARD));
    assertEquals(List.of(), told(message(RELEASE, Optional.of(FIRST), taking(SERVER)), CARD));
    assertEquals(List.of(), told(message(DECLINE, NONE, asking(FIRST), taking(SERVER)), CARD));
    assertEquals("10.1.0.7", told(message(DISCOVER, NONE), CARD).get(1));
  }

  @Test
  void onlyWhatIsAskedForIsToldAndRoutesIfThereAreSome() {
    assertEquals(
        List.of(
            "10.1.0.7", "10.1.0.7", "1=255.255.255.0", "12=web", "51=86400", "53=2", "54=10.1.0.1"),
        told(message(DISCOVER, NONE, option(DhcpOption.WANTED, 12, 121, 252)), CARD));
    DhcpCard routed =
        Client.card(
            List.of("10.1.0.7/24"),
            Client.way("10.9.128.0/17", "10.1.0.5"),
            Client.way("192.0.2.1/32", ""),
            Client.way("0.0.0.0/0", "10.1.0.1"));
    List<String> told = told(message(DISCOVER, NONE), routed);
    assertTrue(
        told.contains("121=17 10 9 128 10 1 0 5 32 192 0 2 1 0 0 0 0 0 10 1 0 1"), told::toString);
    assertTrue(told.contains("3=10.1.0.1"), told::toString);
  }

  @Test
  void aClientsNameForItselfIsToldBackAndNoAnswerIsLongerThanItTakes() {
    int[] name = new int[255];
    byte[] longest = message(DISCOVER, NONE, option(DhcpOption.CLIENT, name));
    byte[] answer =
        DhcpRequest.read(longest)
            .flatMap(each -> DhcpAnswers.of(each, CARD, List.of(SERVER)))
            .orElseThrow()
            .message();
    assertTrue(answer.length <= 548, () -> "bytes: " + answer.length);
    List<String> told = told(longest, CARD);
    assertTrue(told.contains("1=255.255.255.0"), told::toString);
    assertTrue(told.stream().anyMatch(each -> each.startsWith("61=0 0")), told::toString);
    assertFalse(told.stream().anyMatch(each -> each.startsWith("119=")), told::toString);
    DhcpRequest roomy =
        DhcpRequest.read(message(DISCOVER, NONE, option(DhcpOption.MOST, 0xff, 0xff)))
            .orElseThrow();
    assertEquals(1200, roomy.most());
  }

  @Test
  void whatIsNotWellFormedIsNotRead() {
    byte[] good = message(DISCOVER, NONE, asking(FIRST));
    for (int at : List.of(0, 1, 2, 24, DhcpRequest.HEADER)) {
      byte[] bad = good.clone();
      bad[at] ^= 4;
      assertEquals(Optional.empty(), DhcpRequest.read(bad), () -> "byte " + at);
    }
    assertEquals(Optional.empty(), DhcpRequest.read(Arrays.copyOf(good, 240)), "no options");
    assertEquals(Optional.empty(), DhcpRequest.read(Arrays.copyOf(good, 248)), "no end");
    assertEquals(Optional.empty(), DhcpRequest.read(new byte[DhcpRequest.LONGEST + 1]));
    for (byte[] bad :
        List.of(
            message(DISCOVER, NONE, option(DhcpOption.TYPE, REQUEST)),
            message(DISCOVER, NONE, option(DhcpOption.ADDRESS, 10, 1, 0)),
            message(DISCOVER, NONE, option(DhcpOption.SERVER)),
            message(DISCOVER, NONE, option(DhcpOption.MOST, 1)),
            message(DISCOVER, NONE, option(DhcpOption.CLIENT, 1)),
            message(DISCOVER, NONE, new byte[] {43, (byte) 250}))) {
      assertEquals(Optional.empty(), DhcpRequest.read(Arrays.copyOf(bad, 300)));
    }
  }

  @Test
  @DisplayName("10,000 mutated requests: none throws, none is told what is another card's")
  void mutatedRequestsAreNeverAnsweredWrongly() {
    Random random = new Random(1);
    List<byte[]> seeds =
        List.of(
            message(DISCOVER, NONE, asking(FIRST), option(DhcpOption.WANTED, 1, 3, 6, 121)),
            message(REQUEST, NONE, asking(SECOND), taking(SERVER)),
            message(REQUEST, Optional.of(FIRST), option(DhcpOption.CLIENT, 1, 2, 3)),
            message(INFORM, Optional.of(FIRST), option(DhcpOption.MOST, 2, 200)));
    int answered = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] data = seeds.get(i % seeds.size()).clone();
      byte[] packet = new Datagram(FIRST, 68, SERVER, 67, Bytes.of(data)).packet();
      for (int flips = random.nextInt(4) + 1; flips > 0; flips--) {
        packet[random.nextInt(i % 2 == 0 ? packet.length : 290)] = (byte) random.nextInt(256);
      }
      if (i % 5 == 0) {
        packet = Arrays.copyOf(packet, random.nextInt(packet.length + 1));
      }
      Optional<DhcpReply> reply =
          Datagram.read(packet)
              .flatMap(each -> DhcpRequest.read(each.data().toArray()))
              .flatMap(each -> DhcpAnswers.of(each, CARD, List.of(SERVER)));
      if (reply.isPresent()) {
        answered++;
        List<String> told = told(reply.get().to(), reply.get().message());
        assertTrue(
            Set.of("0.0.0.0", "10.1.0.7", "10.1.0.8").contains(told.get(1))
                && Set.of("255.255.255.255", "10.1.0.7", "10.1.0.8").contains(told.get(0)),
            told::toString);
        assertTrue(reply.get().message().length <= 1200);
      }
    }
    assertTrue(answered > 100 && answered < ROUNDS, "answered: " + answered);
  }

  @Test
  void aDatagramIsReadAsItWasWrittenAndHasItsChecksums() {
    for (List<IpAddress> ends :
        List.of(
            List.of(FIRST, SERVER), List.of(IpAddress.of("fe80::7"), IpAddress.of("ff02::1:2")))) {
      byte[] packet =
          new Datagram(ends.get(0), 68, ends.get(1), 67, Bytes.of(new byte[] {1, 2, 3})).packet();
      Datagram read = Datagram.read(packet).orElseThrow();
      assertEquals(ends, List.of(read.from(), read.to()));
      assertEquals(List.of(68, 67), List.of(read.fromPort(), read.toPort()));
      assertEquals(Bytes.of(new byte[] {1, 2, 3}), read.data());
      int header = ends.getFirst().six() ? 40 : 20;
      assertEquals(0xffff, Datagram.checked(packet, header, read.from(), read.to(), Datagram.UDP));
      for (int length = 0; length < packet.length; length++) {
        assertEquals(Optional.empty(), Datagram.read(Arrays.copyOf(packet, length)));
      }
      packet[packet.length - 4 - 2] = 1; // its length says so much only
      assertEquals(Optional.empty(), Datagram.read(packet));
    }
  }

  @Test
  void oneCardIsAnsweredSoOftenOnlyAndTheOthersAllTheSame() {
    Turnstile turnstile = new Turnstile(3, 2);
    MacAddress other = MacAddress.local(8);
    for (int i = 0; i < 3; i++) {
      assertTrue(turnstile.pass("lab", Client.MAC, 0));
    }
    assertFalse(turnstile.pass("lab", Client.MAC, 0));
    assertTrue(turnstile.pass("lab", other, 0));
    assertTrue(turnstile.pass("back", Client.MAC, 0));
    assertFalse(turnstile.pass("lab", Client.MAC, 499_999_999));
    assertTrue(turnstile.pass("lab", Client.MAC, 500_000_000));
    assertFalse(turnstile.pass("lab", Client.MAC, 500_000_000));
  }

  @Test
  void whereAZonesCardMayServeNobodyIsKnown() {
    Map<String, Map<MacAddress, DhcpCard>> cards = Map.of("lab", Map.of(Client.MAC, CARD));
    assertEquals(Optional.of(CARD), new CardBook(cards, Set.of("x")).find("lab", Client.MAC));
    assertEquals(Optional.empty(), new CardBook(cards, Set.of("lab")).find("lab", Client.MAC));
    assertEquals(Optional.empty(), new CardBook(cards, Set.of()).find("lab", MacAddress.local(8)));
  }
}
