package polder.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class RequestTest {
  private static final String FRAME = "V2 29 9d9ce93f dc4fae17 GET dXNlci1zY3JpcHQ=";
  private static final int BROKEN = 10_000;

  private static Optional<Request> read(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return Request.read(bytes, bytes.length);
  }

  private static Request.Verb verb(String line) {
    return read(line).orElseThrow().verb();
  }

  private static Request.Verb framed(String word, String payload) {
    String body = "1f " + word + (payload.isEmpty() ? "" : " " + payload);
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return verb("V2 %d %08x %s".formatted(body.length(), crc.getValue(), body));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String answered(String line, Answer answer) {
    return new String(read(line).orElseThrow().answered(answer), StandardCharsets.UTF_8);
  }

  @Test
  void version1IsAWordAndAKey() {
    assertEquals(new Request.Verb.Get("user-script"), verb("GET user-script"));
    assertEquals(new Request.Verb.Get("user-script"), verb("GET user-script\r"));
    assertEquals(new Request.Verb.Keys(), verb("KEYS"));
    assertEquals(new Request.Verb.Negotiate("V2"), verb("NEGOTIATE V2"));
    for (String nothing : new String[] {"", " ", "GET", "GET  ", "NEGOTIATE"}) {
      assertEquals(new Request.Verb.Nothing(), verb(nothing), "'" + nothing + "'");
    }
    for (String strange : new String[] {"PUT a b", "DELETE a", "get a", "HELO", "V22"}) {
      assertInstanceOf(Request.Verb.Strange.class, verb(strange), strange);
    }
  }

  @Test
  void version1EndsAValueByADot() {
    assertEquals("SUCCESS\na\n.\n", answered("GET k", new Answer.Success("a")));
    assertEquals(
        "SUCCESS\n..\n...x\na.b\n\n.\n", answered("GET k", new Answer.Success(".\n..x\na.b\n")));
    assertEquals("NOTFOUND\n", answered("GET k", new Answer.NotFound()));
    assertEquals("FAILURE\n", answered("GET k", new Answer.Failure("why")));
  }

  @Test
  void version2IsAFrameAndIsAnsweredByOne() {
    Request request = read(FRAME).orElseThrow();
    assertEquals(Optional.of("dc4fae17"), request.id());
    assertEquals(new Request.Verb.Get("user-script"), request.verb());
    assertEquals(
        "V2 33 1b118caf dc4fae17 SUCCESS IyEvYmluL3NoCg==\n",
        answered(FRAME, new Answer.Success("#!/bin/sh\n")));
    assertEquals("V2 17 11525eac dc4fae17 NOTFOUND\n", answered(FRAME, new Answer.NotFound()));
    assertTrue(
        answered(FRAME, new Answer.Failure("why")).endsWith(" dc4fae17 FAILURE d2h5\n"), "a frame");
    assertTrue(answered(FRAME, new Answer.Success("")).endsWith(" dc4fae17 SUCCESS\n"), "empty");
  }

  @Test
  void version2Changes() {
    assertEquals(
        new Request.Verb.Put("a:b", "two\nlines"),
        framed("PUT", base64(base64("a:b") + " " + base64("two\nlines"))));
    assertEquals(
        new Request.Verb.Put("a", ""), framed("PUT", base64(base64("a") + " " + base64(""))));
    assertEquals(new Request.Verb.Delete("a"), framed("DELETE", base64("a")));
    assertEquals(new Request.Verb.Keys(), framed("KEYS", ""));
    for (String payload : new String[] {"", "!!!", base64("!!! !!!"), base64(" ")}) {
      assertInstanceOf(Request.Verb.Strange.class, framed("PUT", payload), payload);
    }
    assertInstanceOf(Request.Verb.Strange.class, framed("GET", ""));
    assertInstanceOf(Request.Verb.Strange.class, framed("DELETE", ""));
    assertInstanceOf(Request.Verb.Strange.class, framed("HELO", ""));
  }

  @Test
  void aFrameThatIsDamagedHasNoAnswer() {
    for (String damaged :
        new String[] {
          "V2",
          "V2 29",
          FRAME.replace("29", "28"),
          FRAME.replace("9d9ce93f", "9d9ce93e"),
          FRAME.replace("GET", "PUT"),
          FRAME.replace("dc4f", "dc5f"),
          FRAME.replace("29", "99999999999999999999"),
          FRAME.replace("29", "-29"),
          FRAME + "A",
          FRAME.substring(0, FRAME.length() - 4)
        }) {
      assertEquals(Optional.empty(), read(damaged), damaged);
    }
  }

  @Test
  void tenThousandBrokenLinesAreReadWithoutAFailureAndNoneChangesAnything() {
    Random random = new Random(77);
    byte[] whole = FRAME.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < BROKEN; i++) {
      byte[] line = Arrays.copyOf(whole, random.nextInt(whole.length) + 1);
      for (int flips = random.nextInt(4) + 1; flips > 0; flips--) {
        line[random.nextInt(line.length)] = (byte) random.nextInt(256);
      }
      Optional<Request> read = Request.read(line, line.length);
      boolean harmless =
          read.map(Request::verb)
              .map(
                  verb ->
                      !(verb instanceof Request.Verb.Put || verb instanceof Request.Verb.Delete))
              .orElse(true);
      assertTrue(harmless, () -> new String(line, StandardCharsets.ISO_8859_1));
      read.ifPresent(request -> request.answered(new Answer.NotFound()));
    }
  }
}
