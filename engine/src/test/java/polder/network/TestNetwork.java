package polder.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;
import polder.model.Cidr;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.Nic;
import polder.model.Subnet;

/** A host's network and zones', each a namespace of the test's own; this machine's is untouched. */
final class TestNetwork implements AutoCloseable {
  final Launcher launcher = Launcher.start();
  final LinkNames names = LinkNames.of("test", false);
  final List<Network> networks = new CopyOnWriteArrayList<>();
  final Space host = new Space();
  final Switchboard switchboard =
      Switchboard.open(
          launcher, names, () -> List.copyOf(networks), host.network(), NetworkWatch.NOBODY);

  /** A network namespace, with a process in it that keeps it. */
  final class Space implements AutoCloseable {
    private final Child keeper;

    Space() {
      ProgramBuilder program = Program.builder(EnumSet.of(Namespace.NET));
      program.exec("/bin/sleep", List.of("sleep", "100000"), List.of());
      keeper = launcher.launch(program.build());
      keeper.awaitStarted();
    }

    Fd network() {
      return Namespace.NET.of(keeper.pid());
    }

    Path file() {
      return Path.of("/proc/%d/ns/net".formatted(keeper.pid()));
    }

    /** Starts a program in it. */
    Process start(String... command) throws IOException {
      List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + file()));
      all.addAll(List.of(command));
      return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    /** What a program in it writes; it must succeed. */
    String run(String... command) throws IOException, InterruptedException {
      Process process = start(command);
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Assertions.assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it ends");
      Assertions.assertEquals(0, process.exitValue(), String.join(" ", command) + ": " + said);
      return said;
    }

    @Override
    public void close() {
      keeper.pidfd().signal(Signal.KILL);
      var _ = keeper.pidfd().await();
      keeper.close();
    }
  }

  /** Makes a network known; nothing of it is there yet. */
  Network network(String name, Network.Kind kind, String... subnets) {
    Network network =
        new Network(
            UUID.randomUUID(),
            name,
            kind,
            Optional.empty(),
            List.of(subnets).stream()
                .map(each -> new Subnet(Cidr.of(each), Optional.empty(), Optional.empty()))
                .map(each -> each.completed(kind))
                .toList(),
            1500,
            NetworkDns.standard(kind),
            Optional.empty(),
            names.bridge(name),
            0,
            Optional.empty());
    networks.add(network);
    return network;
  }

  /** A card with an address of its own. */
  Vnic card(Network network, int number, Nic.Freedoms freedoms, String... addresses) {
    polder.model.MacAddress mac = polder.model.MacAddress.local(number);
    return new Vnic(
        network,
        names.port(mac),
        "eth0",
        mac,
        network.mtu(),
        List.of(addresses).stream().map(Cidr::of).toList(),
        freedoms,
        List.of(),
        List.of(),
        polder.model.Bandwidth.NONE);
  }

  /** Plugs a zone with one card. */
  UUID plug(Space zone, Vnic card) {
    UUID uuid = UUID.randomUUID();
    try (Fd inside = zone.network()) {
      switchboard.plug(uuid, new Wiring(List.of(card), List.of(), false), inside);
    }
    return uuid;
  }

  @Override
  public void close() {
    switchboard.close();
    host.close();
    launcher.close();
  }
}
