package polder.cli.network;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Host;
import polder.model.Json;
import polder.model.NicCounters;
import polder.model.json.NetworkJson;

/** {@code polder network top}. */
public final class NetworkTop implements Command {
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Override
  public Usage usage() {
    return Usage.of("network top", "show what goes through zones' network cards, the busiest first")
        .text(
            "In and out are as the zone sees it, since it started. On a terminal it is shown again"
                + " and again until it is interrupted; otherwise once. With -j once, without rates.")
        .option("-d --delay", "TIME", "how long it counts between two looks; 2s is usual")
        .option("-n --count", "NUMBER", "how often it is shown")
        .flag("-p --parsable", "colons between columns, no heading, bytes as numbers")
        .example("polder network top", "watches who talks most")
        .example("polder network top -n 1 -d 10s", "shows what went in ten seconds");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    if (arguments.has("--json")) {
      List<NicCounters> all = caller.ask(host -> host.networks().counters());
      caller.out().line(Json.pretty(all.stream().map(NetworkJson::write).toList()));
      return Failure.DONE;
    }
    Duration delay = arguments.value("--delay").map(Amount::duration).orElse(Duration.ofSeconds(2));
    boolean parsable = arguments.has("--parsable");
    boolean screen = caller.out().terminal() && !parsable;
    long count = arguments.number("--count", 1, Long.MAX_VALUE).orElse(screen ? Long.MAX_VALUE : 1);
    try (Host host = caller.hosts().connect()) {
      List<NicCounters> before = host.networks().counters();
      long since = System.nanoTime();
      for (long i = 0; i < count; i++) {
        Thread.sleep(delay);
        List<NicCounters> now = host.networks().counters();
        long at = System.nanoTime();
        Table table = table(before, now, (at - since) / 1e9, parsable);
        if (screen && count > 1) {
          caller.out().text(CLEAR);
        }
        if (parsable) {
          table.printParsable(caller.out());
        } else {
          table.print(caller.out(), true, Width.of(caller));
        }
        caller.out().flush();
        before = now;
        since = at;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Failure.DONE;
  }

  /** A card, and how many bytes a second went through it. */
  private record Rated(NicCounters now, long in, long out) {}

  private static Table table(
      List<NicCounters> before, List<NicCounters> now, double seconds, boolean plain) {
    List<Rated> rated = new ArrayList<>();
    for (NicCounters each : now) {
      Optional<NicCounters> last =
          before.stream()
              .filter(b -> b.zone().equals(each.zone()) && b.nic().equals(each.nic()))
              .findFirst();
      rated.add(
          new Rated(
              each,
              rate(each.in().bytes(), last.map(b -> b.in().bytes()).orElse(0L), seconds),
              rate(each.out().bytes(), last.map(b -> b.out().bytes()).orElse(0L), seconds)));
    }
    rated.sort(Comparator.comparingLong((Rated each) -> each.in() + each.out()).reversed());
    Table table =
        new Table(
            List.of(
                "alias", "nic", "network", "in/s", "out/s", "in", "out", "lost in", "lost out"));
    for (Rated each : rated) {
      table.row(
          each.now().alias(),
          each.now().nic(),
          each.now().network(),
          bytes(each.in(), plain),
          bytes(each.out(), plain),
          bytes(each.now().in().bytes(), plain),
          bytes(each.now().out().bytes(), plain),
          String.valueOf(each.now().in().dropped()),
          String.valueOf(each.now().out().dropped()));
    }
    return table;
  }

  /** Of a card that was made anew meanwhile, what it has. */
  private static long rate(long now, long before, double seconds) {
    return Math.round((now >= before ? now - before : now) / Math.max(seconds, 1e-3));
  }

  private static String bytes(long bytes, boolean plain) {
    return plain ? String.valueOf(bytes) : Amount.bytes(bytes);
  }
}
