package polder.network.dns;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import polder.linux.Bytes;
import polder.linux.Fd;
import polder.linux.InetSocket;
import polder.linux.SyscallException;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.network.Listener;
import polder.network.Loop;
import polder.network.NetworkService;
import polder.network.NetworkWatch;

/** Answers on networks for names. For many threads at once. */
public final class NameServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.network");
  private static final int PORT = 53;
  private static final int MOST_AT_ONCE = 64; // of one socket, before others have their turn
  private static final int MOST_CONVERSATIONS = 64; // on a network
  private static final int MOST_OF_ONE = 8;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Fd host;
  private final Supplier<NameBook> book;
  private final HostServers hostServers;
  private final NetworkService<Answering> service =
      new NetworkService<>("nobody answers for names", Answering::new);

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
  public void serve(Network network, NetworkWatch.Place place) {
    service.serve(
        network.name(),
        network.resolvers(),
        place,
        able -> open(able, network.name(), network.resolvers(), place));
  }

  private static List<Loop.Handler> open(
      Answering able, String network, List<IpAddress> addresses, NetworkWatch.Place place) {
    List<InetSocket> made = new ArrayList<>();
    try {
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
      return handlers;
    } catch (SyscallException e) {
      made.forEach(InetSocket::close);
      throw e;
    }
  }

  /** Nobody can answer on a network. Its zones are not kept from anything else. */
  public void fail(String network, String why) {
    service.fail(network, why);
  }

  /** Answers on a network no more. */
  public void leave(String network) {
    service.leave(network);
  }

  /** Why a network that is there is not answered on, by its name. */
  public Map<String, String> problems() {
    return service.problems();
  }

  @Override
  public void close() {
    service.close();
  }

  /** What the one thread does. */
  private final class Answering implements NetworkService.Worker {
    private final Loop loop = new Loop(host, "polder-names");
    private final Forwarding forwarding = new Forwarding(loop);
    private final Limits limits = new Limits(MOST_CONVERSATIONS, MOST_OF_ONE);
    private final Map<Long, Conversation> conversations = new HashMap<>();
    private long conversation;
    private int turn;

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public void ending() {
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
    private abstract class Listening extends Listener {
      final String network;
      final InetSocket socket;

      Listening(String network, InetSocket socket) {
        super(Answering.this.loop, socket.fd(), socket::close);
        this.network = network;
        this.socket = socket;
      }

      Asker asker(InetSocket.Peer from) {
        return new Asker(network, IpAddress.of(from.address().toArray()));
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
        if (!ended()) {
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
          listen(false); // no room for another descriptor: after a while
          loop.after(PAUSE, () -> listen(true));
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
