package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static polder.engine.BalanceKernelTest.network;
import static polder.engine.BalanceKernelTest.outside;
import static polder.engine.BalanceKernelTest.request;
import static polder.engine.BalanceKernelTest.zone;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Balance;
import polder.model.BalanceRequest;
import polder.model.BalanceUpdate;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Network;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.PublishedPort;
import polder.model.ZoneProperties;

/** What a balance is refused, and what others are because of one. */
@Tag("kernel")
@Timeout(300)
class BalanceRefusalsKernelTest {
  @Test
  void whatIsWrongIsToldAtOnceAndWhatIsTakenIsNobodyElses() throws Exception {
    try (TestHost test = new TestHost()) {
      outside(test);
      network(test, "lab", Network.Kind.ETHERSTUB, "10.1.0.0/24");
      network(test, "twin", Network.Kind.ETHERSTUB, "10.1.0.0/24");
      network(test, "out", Network.Kind.NAT, "10.2.0.0/29");
      test.host().zones().create(zone("a", "lab", "10.1.0.3/24"));
      Nic published = zone("b", "out", "10.2.0.2/29").get(ZoneProperties.NICS).getFirst();
      test.host()
          .zones()
          .create(
              TestHost.spec("b", "true")
                  .with(
                      ZoneProperties.NICS,
                      List.of(published.with(List.of(PublishedPort.of("8080:80"))))));
      List<Fault> faults =
          assertThrows(
                  PolderException.class,
                  () ->
                      test.host()
                          .balances()
                          .create(
                              request(
                                  "web",
                                  Balance.Affinity.NONE,
                                  List.of(
                                      "10.1.0.10:80",
                                      "10.1.0.3:80@lab",
                                      "192.0.2.9:80",
                                      "192.0.2.1:8080",
                                      "10.2.0.7:80"),
                                  "tag:x:1")))
              .faults();
      assertEquals(
          List.of("listen[0]", "listen[1]", "listen[2]", "listen[3]", "listen[4]"),
          faults.stream().map(Fault::path).toList());
      assertTrue(faults.get(0).message().contains("@lab or"), faults.get(0).message());
      assertTrue(faults.get(1).message().contains("is a nic's"), faults.get(1).message());
      assertTrue(faults.get(2).message().contains("no address"), faults.get(2).message());
      assertTrue(faults.get(3).message().contains("published"), faults.get(3).message());

      BalanceRequest good =
          request(
              "web",
              Balance.Affinity.NONE,
              List.of("10.1.0.10:80@lab", "10.2.0.3:80", "192.0.2.1:81"),
              "zone:a:80");
      test.host().balances().create(good);
      assertKind(ErrorKind.EXISTS, () -> test.host().balances().create(good));
      assertKind(
          ErrorKind.INVALID,
          () ->
              test.host()
                  .balances()
                  .create(
                      request("other", Balance.Affinity.NONE, List.of("10.2.0.3:80"), "tag:x:1")));
      assertKind(
          ErrorKind.INVALID, () -> test.host().zones().create(zone("c", "lab", "10.1.0.10/24")));
      assertKind(
          ErrorKind.INVALID,
          () ->
              test.host()
                  .zones()
                  .create(
                      TestHost.spec("d", "true")
                          .with(
                              ZoneProperties.NICS,
                              List.of(Nic.on("out").with(List.of(PublishedPort.of("81:80")))))));
      String given =
          test.host()
              .zones()
              .create(TestHost.spec("e", "true").with(ZoneProperties.NICS, List.of(Nic.on("out"))))
              .spec()
              .get(ZoneProperties.NICS)
              .getFirst()
              .addresses()
              .toString();
      assertEquals("[10.2.0.4/29]", given, "10.2.0.3 is the balance's");
      assertKind(
          ErrorKind.INVALID,
          () ->
              test.host()
                  .balances()
                  .create(
                      request(
                          "other",
                          Balance.Affinity.NONE,
                          List.of("10.1.0.11:80@twin"),
                          "tag:x:1")));
      assertKind(
          ErrorKind.NOT_FOUND,
          () -> test.host().balances().update("web", BalanceUpdate.drain(TestHost.ref("none"))));
      test.host().zones().delete(TestHost.ref("a"), false);
      assertKind(ErrorKind.WRONG_STATE, () -> test.host().networks().delete("lab"));
      assertEquals(3, test.host().balances().get("web").listen().size());
    }
  }

  private static void assertKind(ErrorKind kind, Runnable work) {
    PolderException refusal = assertThrows(PolderException.class, work::run);
    assertEquals(kind, refusal.kind(), refusal.getMessage());
  }
}
