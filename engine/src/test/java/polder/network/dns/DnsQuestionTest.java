package polder.network.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;

class DnsQuestionTest {
  private static final int ROUNDS = 10_000;

  private static DnsCode refusal(byte[] message) {
    return assertInstanceOf(DnsHeard.Unread.class, DnsQuestion.read(message)).code();
  }

  @Test
  void aQuestionIsReadAsItWasWritten() {
    DnsQuestion plain = Asked.question("Web.Internal", DnsType.A);
    assertEquals(DnsName.of("Web.Internal"), plain.name());
    assertEquals(DnsName.of("web.internal"), plain.name().folded());
    assertTrue(plain.recursion());
    assertEquals(512, plain.largest());
    DnsQuestion large =
        (DnsQuestion) DnsQuestion.read(Asked.extended("a.example", DnsType.AAAA, 4096));
    assertEquals(1232, large.largest());
    assertEquals(
        List.of("3", "type41"), Asked.told(DnsAnswer.of(DnsCode.NXDOMAIN).to(large, true, 512)));
  }

  @Test
  void whatIsNoQuestionIsRefusedOrNotHeardAtAll() {
    byte[] good = Asked.message("web.internal", DnsType.A);
    assertInstanceOf(DnsHeard.Nothing.class, DnsQuestion.read(new byte[11]));
    byte[] answer = good.clone();
    answer[2] |= (byte) 0x80;
    assertInstanceOf(DnsHeard.Nothing.class, DnsQuestion.read(answer), "two would talk for ever");
    byte[] update = good.clone();
    update[2] |= 5 << 3;
    assertEquals(DnsCode.NOTIMP, refusal(update));
    byte[] pointer = good.clone();
    pointer[12] = (byte) 0xc0;
    pointer[13] = 12; // to itself
    assertEquals(DnsCode.FORMERR, refusal(pointer));
    assertEquals(DnsCode.FORMERR, refusal(Arrays.copyOf(good, good.length + 1)));
    assertEquals(DnsCode.FORMERR, refusal(Arrays.copyOf(good, good.length - 1)));
    byte[] two = good.clone();
    two[5] = 2;
    assertEquals(DnsCode.FORMERR, refusal(two));
    byte[] newer = Asked.extended("web", DnsType.A, 1232);
    newer[newer.length - 5] = 1; // its version
    assertEquals(DnsCode.BADVERS, refusal(newer));
    assertEquals(
        List.of("0", "type41"),
        Asked.told(DnsAnswer.to((DnsHeard.Unread) DnsQuestion.read(newer))));
    byte[] longest = new byte[12 + 4 * 64 + 5];
    longest[5] = 1;
    for (int i = 12; i < 12 + 4 * 64; i += 64) {
      longest[i] = 63;
    }
    assertEquals(DnsCode.FORMERR, refusal(longest), "a name of 257 bytes");
  }

  @Test
  void onlyWhatAnswersTheQuestionWithItsNumberIsTaken() {
    DnsQuestion question = Asked.question("www.example.com", DnsType.A);
    byte[] sent = question.passedOn(77);
    byte[] answer = sent.clone();
    answer[2] |= (byte) 0x80;

    assertTrue(question.isAnsweredBy(answer, 77));
    assertFalse(question.isAnsweredBy(answer, 78));
    assertFalse(question.isAnsweredBy(sent, 77), "it is a question");
    assertFalse(Asked.question("www.example.org", DnsType.A).isAnsweredBy(answer, 77));
    assertFalse(Asked.question("www.example.com", DnsType.AAAA).isAnsweredBy(answer, 77));
    assertEquals(0x1234, ByteBuffer.wrap(question.handedBack(answer)).getShort());
  }

  @Test
  void nothingOfWhatWasSentButTheQuestionIsPassedOn() {
    byte[] told = Asked.extended("www.example.com", DnsType.A, 1000);
    byte[] option = ByteBuffer.allocate(told.length + 8).put(told).putInt(0x000a0004).array();
    option[told.length - 1] = 8; // a cookie follows
    DnsQuestion question = (DnsQuestion) DnsQuestion.read(option);

    assertEquals(told.length, question.passedOn(1).length);
  }

  /** Of 10,000 packets, broken in all ways, none does more than to be refused. */
  @Test
  void hostilePacketsAreAnsweredOrNotAndNothingElse() {
    NameBook book =
        NameBook.of(
            List.of(
                Asked.network(
                    "lab", Network.Kind.NAT, NetworkDns.Change.NONE, "10.1.0.0/24", "fd00::/64")),
            List.of(Asked.zone("web", Asked.nic("lab", "10.1.0.2/24", "fd00::2/64"))),
            List.of());
    List<NameBook.Page> known = book.known("lab", IpAddress.of("10.1.0.2"));
    List<byte[]> seeds =
        List.of(
            Asked.message("web.internal", DnsType.A),
            Asked.extended("web.internal", DnsType.ANY, 1232),
            Asked.message("2.0.1.10.in-addr.arpa", DnsType.PTR),
            Asked.message("www.example.com", DnsType.AAAA));
    Random random = new Random(1035);
    int answered = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] packet = broken(seeds.get(i % seeds.size()), random);
      switch (DnsQuestion.read(packet)) {
        case DnsHeard.Nothing() -> {}
        case DnsHeard.Unread unread -> Asked.told(DnsAnswer.to(unread));
        case DnsQuestion question -> {
          Optional<DnsAnswer> answer = Answers.find(known, question, i);
          if (answer.isPresent()) {
            byte[] message = answer.get().to(question, true, question.largest());
            assertTrue(message.length <= question.largest());
            Asked.told(message);
            answered++;
          } else {
            assertInstanceOf(DnsQuestion.class, DnsQuestion.read(question.passedOn(i & 0xffff)));
          }
        }
      }
      var _ = Asked.question("web.internal", DnsType.A).isAnsweredBy(packet, i & 0xffff);
    }
    assertTrue(answered > ROUNDS / 20, answered + " are questions still");
  }

  private static byte[] broken(byte[] seed, Random random) {
    byte[] packet = seed.clone();
    int many = random.nextInt(4);
    for (int i = 0; i < many; i++) {
      packet[random.nextInt(packet.length)] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) 0xc0;
            case 1 -> 0;
            case 2 -> (byte) 0xff;
            default -> (byte) random.nextInt(256);
          };
    }
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(packet, random.nextInt(packet.length));
      case 1 -> Arrays.copyOf(packet, packet.length + random.nextInt(40));
      default -> packet;
    };
  }
}
