package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.tests.harness.TestHost;

/** What eight clients saw of twenty names, while the daemon was killed, could have happened. */
@Tag("kernel")
class HistoryTest {
  private static final int CLIENTS = 8;
  private static final int PAIRS = 10;
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final Duration RUN = Duration.ofSeconds(FULL ? 60 : 20);
  private static final Duration BETWEEN_KILLS = Duration.ofSeconds(FULL ? 12 : 4);
  private static final String OK = "done";
  private static final String NOBODY_KNOWS = "?";

  /** One call: what was asked on which pair of names, when, and what came of it. */
  private record Call(
      int pair, String verb, String name, String value, long start, long end, String result) {
    boolean known() {
      return !result.equals(NOBODY_KNOWS);
    }

    /**
     * Until the next daemon serves it may have its effect: what a dead one began is settled then.
     */
    Call settledBy(NavigableSet<Long> serves) {
      Long next = known() ? null : serves.higher(end);
      return new Call(
          pair, verb, name, value, start, Objects.requireNonNullElse(next, end), result);
    }

    /** What the pair's names are afterwards; empty if the result cannot be had from {@code was}. */
    Optional<Map<String, String>> after(Map<String, String> was) {
      Map<String, String> next = new TreeMap<>(was);
      String holder = was.get(name);
      String would;
      switch (verb) {
        case "create" -> {
          would = holder == null ? OK : "EXISTS";
          next.putIfAbsent(name, value);
        }
        case "delete" -> {
          would = holder == null ? "NOT_FOUND" : OK;
          next.remove(name);
        }
        case "rename" -> {
          would = holder == null ? "NOT_FOUND" : was.containsKey(value) ? "EXISTS" : OK;
          if (would.equals(OK) && holder != null) {
            next.remove(name);
            next.put(value, holder);
          }
        }
        default -> would = holder == null ? "NOT_FOUND" : holder;
      }
      return !known() || would.equals(result) ? Optional.of(next) : Optional.empty();
    }
  }

  @Test
  @DisplayName("R-CONC-05 what clients saw while the daemon was killed has a sequential history")
  void theHistoryCanBePutInOrder() throws InterruptedException {
    try (TestHost host = new TestHost()) {
      Map<?, ?> paths = (Map<?, ?>) Objects.requireNonNull(host.json("info").get("paths"));
      Path socket = Path.of(String.valueOf(paths.get("socket")));
      ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
      long end = System.nanoTime() + RUN.toNanos();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Random random = new Random(i);
        clients.add(Thread.ofPlatform().start(() -> client(socket, random, end, calls)));
      }
      NavigableSet<Long> serves = new TreeSet<>();
      while (System.nanoTime() + BETWEEN_KILLS.toNanos() < end) {
        Thread.sleep(BETWEEN_KILLS);
        host.killDaemon();
        host.polder("info").ok();
        serves.add(System.nanoTime());
      }
      for (Thread client : clients) {
        assertTrue(client.join(Duration.ofMinutes(1)), "a client that hangs");
      }
      assertTrue(serves.size() >= 2, serves.size() + " kills");
      List<Call> all = new ArrayList<>(calls);
      try (Host last =
          RemoteHost.open(socket)) { // acknowledged and lost, or come back from the dead
        for (int name = 0; name < 2 * PAIRS; name++) {
          all.add(call(last, name / 2, "get", name(name), ""));
        }
        assertEquals(List.of(), last.fsck());
      }
      long known = all.stream().filter(Call::known).count();
      assertTrue(known > 100, "only " + known + " of " + all.size() + " calls were answered");
      for (int pair = 0; pair < PAIRS; pair++) {
        int wanted = pair;
        List<Call> history =
            all.stream().filter(c -> c.pair() == wanted).map(c -> c.settledBy(serves)).toList();
        assertTrue(inOrder(history), () -> "no order explains\n" + text(history));
      }
    }
  }

  private static String text(List<Call> history) {
    StringBuilder text = new StringBuilder();
    history.stream()
        .sorted(Comparator.comparingLong(Call::start))
        .forEach(call -> text.append(call).append('\n'));
    return text.toString();
  }

  private static void client(
      Path socket, Random random, long end, ConcurrentLinkedQueue<Call> calls) {
    while (System.nanoTime() < end) {
      try (Host host = RemoteHost.open(socket)) {
        host.info(); // a call that no daemon heard says nothing
        while (System.nanoTime() < end) {
          int name = random.nextInt(2 * PAIRS);
          String verb = List.of("create", "delete", "rename", "get").get(random.nextInt(4));
          String value =
              switch (verb) {
                case "create" -> UUID.randomUUID().toString();
                case "rename" -> name(name ^ 1);
                default -> "";
              };
          Call call = call(host, name / 2, verb, name(name), value);
          calls.add(call);
          if (!call.known()) {
            break;
          }
          Thread.sleep(20);
        }
      } catch (PolderException e) {
        pause(); // there is no daemon just now
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String name(int number) {
    return "name" + number;
  }

  private static Call call(Host host, int pair, String verb, String name, String value) {
    long start = System.nanoTime();
    String result = result(() -> ask(host, verb, name, value));
    return new Call(pair, verb, name, value, start, System.nanoTime(), result);
  }

  private static String ask(Host host, String verb, String name, String value) {
    ZoneRef ref = new ZoneRef(name);
    switch (verb) {
      case "create" ->
          host.zones()
              .create(
                  ZoneSpec.of(Brand.NATIVE)
                      .with(ZoneProperties.ZONE_UUID, UUID.fromString(value))
                      .with(ZoneProperties.ALIAS, name));
      case "delete" -> host.zones().delete(ref, true);
      case "rename" -> host.zones().update(ref, new Patch(Map.of("alias", value)), false);
      default -> {
        return host.zones().get(ref).spec().uuid().toString();
      }
    }
    return OK;
  }

  private static String result(Callable<String> ask) {
    try {
      return ask.call();
    } catch (PolderException e) {
      boolean told = e.kind() == ErrorKind.EXISTS || e.kind() == ErrorKind.NOT_FOUND;
      return told ? e.kind().name() : NOBODY_KNOWS;
    } catch (Exception e) {
      return NOBODY_KNOWS;
    }
  }

  /** A part of an order: which calls are in it or too late for it, and what the names are then. */
  private record Prefix(BitSet settled, Map<String, String> names) {}

  /** Whether some order of the calls, each between its start and its end, explains all results. */
  private static boolean inOrder(List<Call> history) {
    List<Call> calls = history.stream().sorted(Comparator.comparingLong(Call::start)).toList();
    Deque<Prefix> open = new ArrayDeque<>(List.of(new Prefix(new BitSet(), new TreeMap<>())));
    Set<Prefix> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      Prefix prefix = open.pop();
      if (unsettled(calls, prefix).allMatch(i -> !calls.get(i).known())) {
        return true; // what nobody knows the result of need not have happened
      }
      next(calls, prefix).stream().filter(seen::add).forEach(open::push);
    }
    return false;
  }

  private static IntStream unsettled(List<Call> calls, Prefix prefix) {
    return IntStream.range(0, calls.size()).filter(i -> !prefix.settled().get(i));
  }

  /**
   * All ways to go on: with each call that began before the first of those that must follow ended.
   */
  private static List<Prefix> next(List<Call> calls, Prefix prefix) {
    long firstEnd =
        unsettled(calls, prefix)
            .filter(i -> calls.get(i).known())
            .mapToLong(i -> calls.get(i).end())
            .min()
            .orElseThrow();
    List<Prefix> ways = new ArrayList<>();
    for (int i : unsettled(calls, prefix).toArray()) {
      Call call = calls.get(i);
      if (call.start() > firstEnd) {
        break;
      }
      call.after(prefix.names())
          .filter(after -> call.known() || !after.equals(prefix.names()))
          .ifPresent(after -> ways.add(new Prefix(settled(calls, prefix, call, i), after)));
    }
    return ways;
  }

  private static BitSet settled(List<Call> calls, Prefix prefix, Call placed, int index) {
    BitSet settled = (BitSet) prefix.settled().clone();
    settled.set(index);
    unsettled(calls, prefix)
        .filter(i -> calls.get(i).end() < placed.start()) // only unknown ones can be
        .forEach(settled::set);
    return settled;
  }
}
