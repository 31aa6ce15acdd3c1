package polder.image.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearnessTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, HERE",
    "127.255.1.2, HERE",
    "::1, HERE",
    "::ffff:127.0.0.1, HERE",
    "::127.0.0.1, HERE",
    "64:ff9b::7f00:1, HERE",
    "2002:7f00:1::, HERE",
    "169.254.169.254, NEVER",
    "fe80::1, NEVER",
    "0.0.0.0, NEVER",
    "::, NEVER",
    "64:ff9b::a9fe:a9fe, NEVER",
    "224.0.0.1, NEVER",
    "255.255.255.255, NEVER",
    "ff02::1, NEVER",
    "10.1.2.3, INSIDE",
    "172.16.0.1, INSIDE",
    "172.31.255.255, INSIDE",
    "192.168.1.1, INSIDE",
    "100.64.0.1, INSIDE",
    "fd00::1, INSIDE",
    "172.32.0.1, OUTSIDE",
    "8.8.8.8, OUTSIDE",
    "2606:4700::1111, OUTSIDE"
  })
  @DisplayName("S-REG-02 an address is as near as its network, however it is written")
  void tellsHowNearAnAddressIs(String address, Nearness nearness) {
    assertEquals(nearness, Nearness.of(InetAddress.ofLiteral(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://a.example/x",
        "gopher://a.example/",
        "//a.example/",
        "a.example",
        "http://user@a.example/",
        "http:///x",
        "http://a.example:99999/",
        "jar:http://a!/b",
        "http://a.example/\r\nX: y"
      })
  @DisplayName("S-REG-02 another scheme, a user's name or half a URL is refused")
  void refusesWhatIsNoPlaceOnAServer(String url) {
    assertThrows(IllegalArgumentException.class, () -> HttpUrl.of(url));
  }

  @Test
  void resolvesRelativePlaces() {
    HttpUrl base = HttpUrl.of("https://a.example/v2/x/blobs/uploads/");

    assertEquals("https://a.example/v2/y?q=1", base.resolve("/v2/y?q=1").toString());
    assertEquals("http://b.example:81/z", base.resolve("http://b.example:81/z").toString());
    assertEquals("https://a.example/v2/x/blobs/uploads/z", base.resolve("z").toString());
  }
}
