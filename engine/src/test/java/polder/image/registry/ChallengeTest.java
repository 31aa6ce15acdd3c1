package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import polder.image.http.Headers;

class ChallengeTest {
  private static List<Challenge> read(String... fields) {
    Headers headers = Headers.NONE;
    for (String field : fields) {
      headers = headers.with("Www-Authenticate", field);
    }
    return Challenge.of(headers);
  }

  @Test
  void readsBearer() {
    assertEquals(
        List.of(
            new Challenge(
                "bearer",
                Map.of(
                    "realm",
                    "https://a.example/token",
                    "service",
                    "a, b",
                    "scope",
                    "x:y\"z:pull"))),
        read(
            "Bearer realm=\"https://a.example/token\",service=\"a, b\" , scope=\"x:y\\\"z:pull\""));
  }

  @Test
  void readsSeveralInOneFieldAndInMany() {
    Challenge basic = new Challenge("basic", Map.of("realm", "r"));
    Challenge bearer = new Challenge("bearer", Map.of("realm", "s"));

    assertEquals(List.of(basic, bearer), read("Basic realm=r, Bearer realm=\"s\""));
    assertEquals(List.of(basic, bearer), read("BASIC realm=\"r\"", "bearer Realm = s"));
    assertEquals(
        List.of(new Challenge("negotiate", Map.of()), basic), read("Negotiate, Basic realm=r"));
  }

  @Test
  void endsWithWhatCannotBeRead() {
    assertEquals(List.of(), read(""));
    assertEquals(List.of(), read("=,="));
    assertEquals("bearer", read("Bearer realm=\"never closed").get(0).scheme());
    assertTrue(read("a b=c,".repeat(1000)).size() <= 16);
    assertTrue(read("Bearer " + "a=b,c=d,".repeat(1000)).size() <= 16);
  }
}
