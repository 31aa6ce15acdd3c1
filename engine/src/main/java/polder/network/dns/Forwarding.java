package polder.network.dns;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import polder.model.IpAddress;
import polder.network.Loop;

/**
 * The questions that are passed on, so many at a time. One that several ask is passed on once, so
 * that a server that asks us what we ask it waits for itself, and for nobody else.
 */
final class Forwarding {
  /** For each network, and each who asks on it. */
  static final int MOST = 256;

  static final int MOST_OF_ONE = 32;

  private final Loop loop;
  private final Limits limits = new Limits(MOST, MOST_OF_ONE);
  private final Map<Key, Pending> pending = new HashMap<>();

  private record Key(String network, boolean stream, DnsQuestion.Sameness question) {}

  private record Pending(Errand errand, Errand.Crowd crowd) {}

  Forwarding(Loop loop) {
    this.loop = loop;
  }

  /**
   * Passes a question on.
   *
   * @param back is told the answer, as a message for whoever asks
   */
  void ask(
      Asker asker,
      DnsQuestion question,
      boolean stream,
      List<IpAddress> servers,
      Consumer<byte[]> back) {
    byte[] failure = DnsAnswer.of(DnsCode.SERVFAIL).to(question, true, DnsQuestion.SMALLEST);
    if (servers.isEmpty() || !limits.take(asker)) {
      back.accept(failure);
      return;
    }
    Consumer<Optional<byte[]>> told =
        answer -> {
          limits.give(asker);
          back.accept(answer.map(question::handedBack).orElse(failure));
        };
    Key key = new Key(asker.network(), stream, question.sameness());
    @Nullable Pending there = pending.get(key);
    if (there != null) {
      there.crowd().add(told);
      return;
    }
    Errand.Crowd crowd = new Errand.Crowd();
    crowd.add(told);
    Errand errand =
        new Errand(
            loop,
            question,
            stream,
            servers,
            answer -> {
              pending.remove(key);
              crowd.tell(answer);
            });
    pending.put(key, new Pending(errand, crowd));
    errand.run();
  }

  /** Lets go of all; nobody is told anything. */
  void close() {
    pending.values().forEach(each -> each.errand().close());
    pending.clear();
  }
}
