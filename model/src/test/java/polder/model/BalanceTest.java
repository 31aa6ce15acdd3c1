package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.json.BalanceJson;

class BalanceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.10:80",
        "10.0.0.10:53/udp",
        "[fd00::10]:443",
        "10.0.0.10:80@lab",
        "[fd00::10]:53/udp@lab"
      })
  void whereItIsCalledIsWrittenAsItIsRead(String text) {
    assertEquals(text, BalanceListen.of(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "10.0.0.10",
        "10.0.0.10:0",
        "10.0.0.10:65536",
        "10.0.0.10:80/sctp",
        "127.0.0.1:80",
        "[::1]:80",
        "0.0.0.0:80",
        "224.0.0.1:80",
        "[fe80::1]:80",
        "fd00::10:80",
        "10.0.0.10:80@",
        "10.0.0.10:80@No",
        "10.0.0.10:80 ",
        "10.0.0.10:80\n"
      })
  void whatIsNoPlaceIsRefused(String text) {
    PolderException refusal = assertThrows(PolderException.class, () -> BalanceListen.of(text));
    assertEquals(ErrorKind.INVALID, refusal.kind());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tag:role=web:8080",
        "tag:web:80",
        "tag:a=b=c:80,weight=3",
        "tag:a=x:y:80",
        "zone:web1:8080",
        "zone:web1:8080,weight=100",
        "tag:role=\"; flush ruleset:80"
      })
  void whomItLeadsToIsWrittenAsItIsRead(String text) {
    assertEquals(text, BalanceTarget.of(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web",
        "tag:role=web",
        "tag::80",
        "tag:role=web:0",
        "tag:role=web:80,weight=0",
        "tag:role=web:80,weight=101",
        "zone:NO:80",
        "net:lab:80",
        "tag:a=:80",
        "tag:a\u0001b:80"
      })
  void whatIsNobodyIsRefused(String text) {
    PolderException refusal = assertThrows(PolderException.class, () -> BalanceTarget.of(text));
    assertEquals(ErrorKind.INVALID, refusal.kind());
  }

  @Test
  void aTagMeansAllThatHaveItAndAValueThoseOfThatValue() {
    ZoneSpec spec =
        ZoneSpec.of(Brand.NATIVE)
            .with(ZoneProperties.ALIAS, "web1")
            .with(ZoneProperties.TAGS, Map.of("role", "web", "size", 3L, "hot", true));
    for (String met : List.of("tag:role:1", "tag:role=web:1", "tag:size=3:1", "tag:hot=true:1")) {
      assertTrue(BalanceTarget.of(met).whom().isMet(spec), met);
    }
    for (String not : List.of("tag:none:1", "tag:role=db:1", "tag:size=4:1")) {
      assertTrue(!BalanceTarget.of(not).whom().isMet(spec), not);
    }
  }

  @Test
  void allThatIsWrongWithAPayloadIsToldAtOnce() {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                BalanceJson.readRequest(
                    Map.of(
                        "name",
                        "web",
                        "listen",
                        List.of("10.0.0.10:0", "10.0.0.10:80"),
                        "to",
                        List.of("tag:x"),
                        "affinity",
                        "cookie",
                        "more",
                        1L)));
    List<String> paths = refusal.faults().stream().map(Fault::path).toList();
    for (String each : List.of("listen[0]", "to[0]", "affinity", "more")) {
      assertTrue(paths.contains(each), paths + " has " + each);
    }
    refusal =
        assertThrows(
            PolderException.class,
            () ->
                new BalanceRequest(
                    "No",
                    List.of(BalanceListen.of("10.0.0.10:80"), BalanceListen.of("10.0.0.10:80")),
                    List.of(),
                    Balance.Affinity.NONE));
    assertEquals(
        List.of("name", "listen[1]", "to"), refusal.faults().stream().map(Fault::path).toList());
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    BalanceRequest request =
        new BalanceRequest(
            "web",
            List.of(BalanceListen.of("[fd00::1]:53/udp@lab")),
            List.of(BalanceTarget.of("tag:role=web:53,weight=7")),
            Balance.Affinity.SOURCE);
    assertEquals(request, BalanceJson.readRequest(BalanceJson.write(request)));
    BalanceUpdate update = BalanceUpdate.drain(new ZoneRef("web1"), new ZoneRef("web2"));
    assertEquals(update, BalanceJson.readUpdate(BalanceJson.write(update)));
    Balance balance =
        new Balance(
            "web",
            request.listen(),
            request.to(),
            request.affinity(),
            List.of(new java.util.UUID(1, 2)),
            List.of(
                new BalanceMember(
                    new java.util.UUID(1, 2),
                    "web1",
                    List.of(IpAddress.of("fd00::2")),
                    53,
                    7,
                    BalanceMember.State.DRAINED)));
    assertEquals(balance, BalanceJson.read(BalanceJson.write(balance)));
  }
}
