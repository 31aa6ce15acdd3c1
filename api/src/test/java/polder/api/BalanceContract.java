package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceMember;
import polder.model.BalanceRequest;
import polder.model.BalanceTarget;
import polder.model.BalanceUpdate;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** What balances mean, on every {@link polder.model.Host}. Nothing is started. */
abstract class BalanceContract extends NetworkContract {
  @Test
  void aBalanceIsMadeChangedAndTakenAway() {
    Subnet small = new Subnet(Cidr.of("10.215.0.0/29"), Optional.empty(), Optional.empty());
    host.networks().create(NetworkRequest.of("balanced", Network.Kind.ETHERSTUB).with(small));
    Zone zone =
        host.zones()
            .create(
                spec("web1", "true")
                    .with(ZoneProperties.TAGS, Map.of("role", "web"))
                    .with(ZoneProperties.NICS, List.of(Nic.on("balanced"))));
    made.add(zone.uuid());
    BalanceRequest request =
        new BalanceRequest(
            "web",
            List.of(BalanceListen.of("10.215.0.2:80")),
            List.of(BalanceTarget.of("tag:role=web:8080,weight=2")),
            Balance.Affinity.SOURCE);
    Balance balance = host.balances().create(request);
    assertEquals(balance, host.balances().get("web"));
    assertEquals(List.of(balance), host.balances().list());
    assertEquals("[10.215.0.2:80@balanced]", balance.listen().toString());
    BalanceMember member = balance.members().getFirst();
    assertEquals(BalanceMember.State.STOPPED, member.state());
    assertEquals("[10.215.0.1]", member.addresses().toString());
    assertEquals(2, member.weight());
    assertKind(ErrorKind.EXISTS, () -> host.balances().create(request));

    Zone other =
        host.zones()
            .create(spec("other", "true").with(ZoneProperties.NICS, List.of(Nic.on("balanced"))));
    made.add(other.uuid());
    assertEquals(
        List.of(Cidr.of("10.215.0.3/29")),
        other.spec().get(ZoneProperties.NICS).getFirst().addresses(),
        "what a balance has nobody is given");
    Balance changed =
        host.balances()
            .update(
                "web",
                new BalanceUpdate(
                    Optional.empty(),
                    Optional.of(List.of(BalanceTarget.of("zone:other:81"))),
                    Optional.of(Balance.Affinity.NONE),
                    List.of(ref("other")),
                    List.of()));
    assertEquals(List.of(other.uuid()), changed.drained());
    assertEquals("other", changed.members().getFirst().name());
    assertEquals(
        List.of(), host.balances().update("web", BalanceUpdate.undrain(ref("other"))).drained());
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.balances().update("web", BalanceUpdate.drain(ref("nobody"))));
    List<Fault> faults =
        assertThrows(
                PolderException.class,
                () ->
                    host.balances()
                        .create(
                            new BalanceRequest(
                                "more",
                                List.of(
                                    BalanceListen.of("10.215.0.2:80"),
                                    BalanceListen.of("10.215.0.1:80"),
                                    BalanceListen.of("198.51.100.7:80")),
                                List.of(BalanceTarget.of("tag:role:80")),
                                Balance.Affinity.NONE)))
            .faults();
    assertEquals(
        List.of("listen[0]", "listen[1]", "listen[2]"), faults.stream().map(Fault::path).toList());
    assertTrue(faults.getFirst().message().contains("is balance 'web'"), faults.toString());

    host.zones().delete(ref("web1"), false);
    host.zones().delete(ref("other"), false);
    assertKind(ErrorKind.WRONG_STATE, () -> host.networks().delete("balanced"));
    host.balances().delete("web");
    assertKind(ErrorKind.NOT_FOUND, () -> host.balances().get("web"));
    assertKind(ErrorKind.NOT_FOUND, () -> host.balances().delete("web"));
    assertKind(ErrorKind.INVALID, () -> host.balances().get("No"));
    host.networks().delete("balanced");
  }
}
