package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.Links;
import polder.linux.Namespace;
import polder.linux.NetworkStack;
import polder.linux.Pidfd;
import polder.linux.Signal;
import polder.model.Cidr;
import polder.model.FirewallPayload;
import polder.model.FirewallRequest;
import polder.model.FirewallRule;
import polder.model.FirewallSentence;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/**
 * One TCP stream of iperf3 through a bridge: from zone to zone, and between two network namespaces
 * that have nothing else, on a bridge in a third, which no rule of ours watches.
 */
final class Streams {
  private static final int RULES = 1000;
  private static final int FIRST_PORT = 10_000; // iperf3's own is below
  private static final int MTU = 1500;
  private static final double BITS_A_MEBIBYTE = 8 * 1024 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Stage stage;
  private final String program;
  private final List<AutoCloseable> oldestFirst = new ArrayList<>();

  private Streams(Stage stage) {
    this.stage = stage;
    this.program =
        Command.find("iperf3")
            .orElseThrow(() -> new Missing("no iperf3 here: apt install iperf3"))
            .toString();
  }

  /** From zone to zone, none of which has a firewall. */
  static Contender ours(Stage stage) {
    return new Streams(stage).opened(streams -> streams.zones("open", false));
  }

  /** From zone to zone, both behind a thousand rules, the last of which lets the stream in. */
  static Contender walled(Stage stage) {
    return new Streams(stage).opened(streams -> streams.zones("walled", true));
  }

  /** The same by hand: two pairs of interfaces and a bridge. */
  static Contender byHand(Stage stage) {
    return new Streams(stage).opened(Streams::pair);
  }

  private Contender opened(Function<Streams, Contender> how) {
    try {
      return how.apply(this);
    } catch (PolderException e) {
      close();
      throw new Missing(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private Contender zones(String name, boolean firewall) {
    Host host = ZoneHost.of(stage).host();
    Zone from = zone(host, "bench-from-" + name, firewall);
    Zone to = zone(host, "bench-to-" + name, firewall);
    if (firewall) {
      int count = 2 * stage.crowd(RULES / 2);
      List<FirewallRequest> sentences =
          IntStream.rangeClosed(1, count)
              .mapToObj(i -> i < count ? String.valueOf(FIRST_PORT + i) : "all")
              .map(port -> "FROM all vms TO all vms ALLOW tcp PORT " + port)
              .map(text -> FirewallRequest.of(FirewallSentence.of(text)))
              .toList();
      List<FirewallRule> rules =
          host.firewall().add(new FirewallPayload(sentences, List.of()), false).rules();
      oldestFirst.addFirst( // rules for nobody are cheap
          () -> rules.forEach(rule -> host.firewall().delete(rule.uuid().toString())));
    }
    Cidr address = to.spec().get(ZoneProperties.NICS).getFirst().addresses().getFirst();
    return between(pidfd(from), pidfd(to), address.address().toString());
  }

  private Zone zone(Host host, String alias, boolean firewall) {
    Zone made =
        host.zones()
            .create(
                Cards.of(stage).zone(alias, true).with(ZoneProperties.FIREWALL_ENABLED, firewall));
    oldestFirst.add(() -> host.zones().delete(ZoneRef.of(made.uuid()), true));
    return host.zones().start(ZoneRef.of(made.uuid()));
  }

  private Pidfd pidfd(Zone zone) {
    Pidfd pidfd = Pidfd.open(zone.status().pid().orElseThrow());
    oldestFirst.add(pidfd);
    return pidfd;
  }

  private Contender pair() {
    Keeper middle = keeper();
    try (Fd network = Namespace.NET.of(middle.pid());
        NetworkStack here = NetworkStack.of(network)) {
      int bridge = Cards.bridge(here.links(), MTU);
      Keeper from = end(here.links(), bridge, 1);
      Keeper to = end(here.links(), bridge, 2);
      return between(from.pidfd(), to.pidfd(), "10.204.1.2");
    }
  }

  private Keeper keeper() {
    Keeper made = Keeper.ofNetwork(stage);
    oldestFirst.add(made);
    return made;
  }

  private Keeper end(Links middle, int bridge, int number) {
    Keeper made = keeper();
    try (Fd network = Namespace.NET.of(made.pid());
        NetworkStack there = NetworkStack.of(network)) {
      String mac = "02:be:00:00:01:0" + number;
      middle.addPort("end" + number, bridge, MTU, new Links.Peer("net0", mac, network));
      int card = there.links().find("net0").orElseThrow().index();
      there.addresses().add(card, InetAddress.ofLiteral("10.204.1." + number), 24);
      there.links().raise(card);
      return made;
    }
  }

  private Contender between(Pidfd from, Pidfd to, String address) {
    Child server =
        Command.in(to, Namespace.NET, stage, List.of(program, "-s", "-J", "--logfile", "/dev/null"))
            .start();
    oldestFirst.add(
        () -> {
          server.pidfd().signal(Signal.KILL);
          var _ = server.pidfd().await();
          server.close();
        });
    Path report = stage.directory().resolve("iperf3.json");
    Command client = client(from, address, report, "-t", "1");
    awaitServer(client(from, address, report, "-n", "1K"));
    return new Contender() {
      @Override
      public double measure() {
        try {
          Files.deleteIfExists(report); // it would write after what is there
          client.run();
          return received(Files.readString(report)) / BITS_A_MEBIBYTE;
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public void close() {
        Streams.this.close();
      }
    };
  }

  private Command client(Pidfd from, String address, Path report, String... howMuch) {
    List<String> words = new ArrayList<>(List.of(program, "-c", address, "-J"));
    words.addAll(List.of("--logfile", report.toString()));
    words.addAll(List.of(howMuch));
    return Command.in(from, Namespace.NET, stage, words);
  }

  private void awaitServer(Command first) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        first.run();
        return;
      } catch (IllegalStateException e) {
        if (System.nanoTime() - until > 0) {
          throw e;
        }
        stage.rest(Duration.ofMillis(20));
      }
    }
  }

  /** The bits a second that arrived, of a report of iperf3's. */
  static double received(String report) {
    Object end = Json.object(report).get("end");
    Object sum = Json.asObject(end).get("sum_received");
    return Json.asObject(sum).get("bits_per_second") instanceof Number number
        ? number.doubleValue()
        : Double.NaN;
  }

  private void close() {
    for (AutoCloseable each : oldestFirst.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot clean up: " + e.getMessage(), e);
      }
    }
    oldestFirst.clear();
  }
}
