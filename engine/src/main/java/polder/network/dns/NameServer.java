package polder.network.dns;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import polder.linux.Bytes;
import polder.linux.Epoll;
import polder.linux.Fd;
import polder.linux.InetSocket;
import polder.linux.SyscallException;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.network.Loop;

/** Answers on networks for names. For many threads at once. */
public final class NameServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.network");
  private static final int PORT = 53;
  private static final int MOST_AT_ONCE = 64; // of one socket, before others have their turn
  private static final int MOST_CONVERSATIONS = 64; // on a network
  private static final int MOST_OF_ONE = 8;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final ReentrantLock serving = new ReentrantLock();
  private final Fd host;
  private final Supplier<NameBook> book;
  private final HostServers hostServers;
  private final Map<String, Served> served = new HashMap<>();
  private final Map<String, String> problems = new TreeMap<>();
  private @Nullable Answering answering; // once there is something to serve
  private boolean closed;

  /**
   * Where a network is answered on.
   *
   * @param space the network namespace that its addresses are in; it stays the caller's
   * @param device the interface by which questions come; empty if it has no other
   * @param identity another one if all was made anew
   */
  public record Place(Fd space, Optional<String> device, long identity) {}

  private record Served(List<IpAddress> addresses, long identity, List<Loop.Handler> sockets) {}

  /**
   * One that serves nothing yet, and has no thread until it does.
   *
   * @param host the namespace from which others are asked; it stays the caller's
   * @param book what is known, whenever somebody asks
   * @param resolvers where the host says whom it asks: resolv.conf(5)
   */
  public NameServer(Fd host, Supplier<NameBook> book, Path resolvers) {
    this.host = host;
    this.book = book;
    this.hostServers = new HostServers(resolvers);
  }

  /** Answers on a network from now on, at its addresses; on none if it has none. */
  public void serve(Network network, Place place) {
    serving.lock();
    try {
      Served there = served.get(network.name());
      List<IpAddress> wanted = network.resolvers();
      if (closed
          || (there == null && wanted.isEmpty() && problems.isEmpty())
          || (there != null
              && there.addresses().equals(wanted)
              && there.identity() == place.identity())) {
        return;
      }
      leaveServed(network.name());
      if (wanted.isEmpty()) {
        problems.remove(network.name());
      } else {
        open(network.name(), wanted, place);
      }
    } finally {
      serving.unlock();
    }
  }

  private void open(String network, List<IpAddress> addresses, Place place) {
    List<InetSocket> made = new ArrayList<>();
    try {
      Answering able = answering();
      for (IpAddress each : addresses) {
        InetSocket.Peer local = new InetSocket.Peer(Bytes.of(each.bytes()), PORT);
        for (boolean stream : new boolean[] {false, true}) {
          made.add(InetSocket.await(place.space(), stream, local, place.device()));
        }
      }
      List<Loop.Handler> handlers = new ArrayList<>();
      able.loop.hand(
          () -> {
            for (int i = 0; i < made.size(); i += 2) {
              handlers.add(able.new Datagrams(network, made.get(i)));
              handlers.add(able.new Connections(network, made.get(i + 1)));
            }
          });
      served.put(network, new Served(addresses, place.identity(), handlers));
      problems.remove(network);
    } catch (SyscallException e) {
      made.forEach(InetSocket::close);
      fail(network, String.valueOf(e.getMessage()));
    }
  }

  private Answering answering() {
    Answering there = answering;
    if (there == null) {
      there = new Answering();
      answering = there;
    }
    return there;
  }

  /** Nobody can answer on a network. Its zones are not kept from anything else. */
  public void fail(String network, String why) {
    serving.lock();
    try {
      if (!why.equals(problems.put(network, why))) {
        LOG.log(
            System.Logger.Level.WARNING,
            "nobody answers for names on network %s: %s".formatted(network, why));
      }
    } finally {
      serving.unlock();
    }
  }

  /** Answers on a network no more. */
  public void leave(String network) {
    serving.lock();
    try {
      problems.remove(network);
      leaveServed(network);
    } finally {
      serving.unlock();
    }
  }

  private void leaveServed(String network) {
    Served there = served.remove(network);
    Answering all = answering;
    if (there != null && all != null) {
      all.loop.hand(() -> there.sockets().forEach(Loop.Handler::end));
    }
  }

  /** Why a network that is there is not answered on, by its name. */
  public Map<String, String> problems() {
    serving.lock();
    try {
      return Map.copyOf(problems);
    } finally {
      serving.unlock();
    }
  }

  @Override
  public void close() {
    serving.lock();
    try {
      List.copyOf(served.keySet()).forEach(this::leaveServed);
      closed = true;
      Answering all = answering;
      if (all != null) {
        all.loop.hand(all::close);
        all.loop.close();
        answering = null;
      }
    } finally {
      serving.unlock();
    }
  }

  /** What the one thread does. */
  private final class Answering {
    private final Loop loop = new Loop(host, "polder-names");
    private final Forwarding forwarding = new Forwarding(loop);
    private final Limits limits = new Limits(MOST_CONVERSATIONS, MOST_OF_ONE);
    private final Map<Long, Conversation> conversations = new HashMap<>();
    private long conversation;
    private int turn;

    void close() {
      forwarding.close();
      List.copyOf(conversations.values()).forEach(Conversation::end);
    }

    /** Has {@code back} told the answer, or answers false if there is none to this. */
    private boolean ask(byte[] message, Asker asker, boolean stream, Consumer<byte[]> back) {
      try {
        return answer(message, asker, stream, back);
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "a question is not answered", e);
        return false;
      }
    }

    private boolean answer(byte[] message, Asker asker, boolean stream, Consumer<byte[]> back) {
      switch (DnsQuestion.read(message)) {
        case DnsHeard.Nothing() -> {
          return false;
        }
        case DnsHeard.Unread unread -> back.accept(DnsAnswer.to(unread));
        case DnsQuestion question -> {
          List<NameBook.Page> known = book.get().known(asker.network(), asker.address());
          Optional<DnsAnswer> answer = Answers.find(known, question, turn++ & 0xffff);
          if (answer.isPresent()) {
            boolean recurses = !known.isEmpty() && !known.getFirst().forward().isEmpty();
            int most = stream ? 0xffff : question.largest();
            back.accept(answer.get().to(question, recurses, most));
          } else {
            List<IpAddress> servers = servers(known.getFirst().forward());
            forwarding.ask(asker, question, stream, servers, back);
          }
        }
      }
      return true;
    }

    /** Whom to ask; never ourselves. */
    private List<IpAddress> servers(List<String> forward) {
      Set<IpAddress> own =
          book.get().pages().values().stream()
              .flatMap(each -> each.resolvers().stream())
              .collect(Collectors.toSet());
      return forward.stream()
          .flatMap(
              each ->
                  each.equals(NetworkDns.HOST)
                      ? hostServers.list().stream()
                      : Stream.of(IpAddress.of(each)))
          .filter(each -> !own.contains(each))
          .distinct()
          .toList();
    }

    /** A socket of a network's. */
    private abstract class Listening implements Loop.Handler {
      final String network;
      final InetSocket socket;
      final long token;
      boolean ended;

      Listening(String network, InetSocket socket) {
        this.network = network;
        this.socket = socket;
        this.token = loop.watch(socket.fd(), Epoll.READABLE, this);
      }

      Asker asker(InetSocket.Peer from) {
        return new Asker(network, IpAddress.of(from.address().toArray()));
      }

      @Override
      public void end() {
        if (!ended) {
          ended = true;
          loop.forget(socket.fd(), token);
          socket.close();
        }
      }
    }

    /** Questions in datagrams. */
    private final class Datagrams extends Listening {
      Datagrams(String network, InetSocket socket) {
        super(network, socket);
      }

      @Override
      public void ready(int events) {
        for (int i = 0; i < MOST_AT_ONCE; i++) {
          Optional<InetSocket.Datagram> heard = socket.receive(DnsQuestion.LARGEST);
          if (heard.isEmpty()) {
            return;
          }
          InetSocket.Peer from = heard.get().from();
          if (heard.get().whole()) {
            byte[] message = heard.get().data().toArray();
            var _ = ask(message, asker(from), false, answer -> send(answer, from));
          }
        }
      }

      private void send(byte[] answer, InetSocket.Peer to) {
        if (!ended) {
          try {
            socket.send(answer, Optional.of(to));
          } catch (SyscallException e) {
            LOG.log(System.Logger.Level.DEBUG, "an answer is lost", e); // as any may be
          }
        }
      }
    }

    /** Those who call. */
    private final class Connections extends Listening {
      Connections(String network, InetSocket socket) {
        super(network, socket);
      }

      @Override
      public void ready(int events) {
        try {
          socket.accept().ifPresent(this::talk);
        } catch (SyscallException e) {
          loop.change(socket.fd(), 0, token); // no room for another descriptor: after a while
          loop.after(PAUSE, this::resume);
        }
      }

      private void resume() {
        if (!ended) {
          loop.change(socket.fd(), Epoll.READABLE, token);
        }
      }

      private void talk(InetSocket.Accepted called) {
        InetSocket connection = called.socket();
        Asker asker = asker(called.from());
        if (!limits.take(asker)) {
          connection.close();
          return;
        }
        long key = ++conversation;
        conversations.put(
            key,
            new Conversation(
                loop,
                connection,
                (message, back) -> ask(message, asker, true, back),
                () -> {
                  limits.give(asker);
                  conversations.remove(key);
                }));
      }
    }
  }
}
