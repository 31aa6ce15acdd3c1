package polder.network.dhcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import polder.linux.Bytes;
import polder.linux.Epoll;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.InetSocket;
import polder.linux.Link;
import polder.linux.LinkSocket;
import polder.linux.NetworkStack;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.network.Loop;
import polder.network.NetworkWatch;

/** Tells cards on networks the addresses that they have. For many threads at once. */
public final class AddressServer implements AutoCloseable {
  /** By what the firewall knows our answers; nothing that comes from elsewhere has it. */
  public static final int MARK = 0x706f6c64;

  private static final System.Logger LOG = System.getLogger("polder.network");
  private static final int SERVER = 67; // RFC 2131, 4.1
  private static final int CLIENT = 68;
  private static final IpAddress EVERYBODY = IpAddress.of("255.255.255.255");
  private static final int LARGEST = 1500;
  private static final int MOST_AT_ONCE = 64; // of one socket, before others have their turn
  private static final int MOST_ANSWERS = 20; // of one card, at once
  private static final int ANSWERS_A_SECOND = 2;

  private final ReentrantLock serving = new ReentrantLock();
  private final Fd host;
  private final Supplier<CardBook> book;
  private final Map<String, Served> served = new HashMap<>();
  private final Map<String, String> problems = new TreeMap<>();
  private @Nullable Answering answering; // once there is something to serve
  private boolean closed;

  private record Served(List<IpAddress> addresses, long identity, List<Loop.Handler> sockets) {}

  /**
   * One that serves nothing yet, and has no thread until it does.
   *
   * @param host the namespace of the host; it stays the caller's
   * @param book what is known, whenever somebody asks
   */
  public AddressServer(Fd host, Supplier<CardBook> book) {
    this.host = host;
    this.book = book;
  }

  /** Our addresses on a network: the gateways', or where we answer for names on an etherstub. */
  private static List<IpAddress> addresses(Network network) {
    return network.kind().hasHost()
        ? network.subnets().stream().map(Subnet::gateway).flatMap(Optional::stream).toList()
        : network.resolvers();
  }

  /** Answers on a network from now on; not where we have no address. */
  public void serve(Network network, NetworkWatch.Place place) {
    serving.lock();
    try {
      Served there = served.get(network.name());
      List<IpAddress> wanted = addresses(network);
      if (closed
          || (there != null
              && there.addresses().equals(wanted)
              && there.identity() == place.identity())) {
        return;
      }
      leaveServed(network.name());
      problems.remove(network.name());
      if (wanted.stream().anyMatch(each -> !each.six())) {
        open(network.name(), wanted, place);
      }
    } finally {
      serving.unlock();
    }
  }

  private void open(String network, List<IpAddress> addresses, NetworkWatch.Place place) {
    List<Runnable> made = new ArrayList<>();
    try {
      Answering able = answering();
      Link link = link(place);
      List<IpAddress> four = addresses.stream().filter(each -> !each.six()).toList();
      LinkSocket socket = LinkSocket.four(place.space(), link.index(), SERVER, MARK);
      made.add(socket::close);
      List<InetSocket> deaf = new ArrayList<>();
      for (IpAddress each : four) {
        occupy(each, place).ifPresent(deaf::add);
      }
      deaf.forEach(each -> made.add(each::close));
      List<Loop.Handler> handlers = new ArrayList<>();
      able.loop.hand(
          () -> {
            handlers.add(able.new Requests(network, four, socket));
            deaf.forEach(each -> handlers.add(able.new Deaf(each)));
          });
      served.put(network, new Served(addresses, place.identity(), handlers));
    } catch (SyscallException | PolderException e) {
      made.forEach(Runnable::run);
      fail(network, String.valueOf(e.getMessage()));
    }
  }

  private static Link link(NetworkWatch.Place place) {
    String device = place.device().orElseThrow();
    try (NetworkStack stack = NetworkStack.of(place.space())) {
      return stack
          .links()
          .find(device)
          .orElseThrow(
              () ->
                  new PolderException(
                      ErrorKind.NOT_FOUND, "there is no interface '%s'".formatted(device)));
    }
  }

  /**
   * The same port for the kernel's eyes, or it would tell whoever asks us that nobody is here. If a
   * program of the host's has it, it has that port to itself, and we answer all the same.
   */
  private static Optional<InetSocket> occupy(IpAddress address, NetworkWatch.Place place) {
    try {
      InetSocket.Peer local = new InetSocket.Peer(Bytes.of(address.bytes()), SERVER);
      return Optional.of(InetSocket.await(place.space(), false, local, place.device()));
    } catch (SyscallException e) {
      return Optional.empty();
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

  /** Nobody can answer on a network. Its zones have their addresses all the same. */
  private void fail(String network, String why) {
    if (!why.equals(problems.put(network, why))) {
      LOG.log(
          System.Logger.Level.WARNING,
          "nobody tells cards on network %s their addresses: %s".formatted(network, why));
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
        all.loop.close();
        answering = null;
      }
    } finally {
      serving.unlock();
    }
  }

  /** What the one thread does. */
  private final class Answering {
    private final Loop loop = new Loop(host, "polder-addresses");
    private final Turnstile turnstile = new Turnstile(MOST_ANSWERS, ANSWERS_A_SECOND);

    /** The card that a frame came from, if it is answered, and was not too often. */
    private Optional<DhcpCard> card(String network, Bytes from) {
      return MacAddress.find(from.toArray())
          .flatMap(mac -> book.get().find(network, mac))
          .filter(each -> turnstile.pass(network, each.mac(), System.nanoTime()));
    }

    /** What has come; a bridge that somebody switches off and on again is heard again. */
    private Optional<LinkSocket.Packet> receive(LinkSocket socket) {
      try {
        return socket.receive(LARGEST);
      } catch (SyscallException e) {
        if (e.errno().equals(Errno.ENETDOWN)) {
          return Optional.empty();
        }
        throw e;
      }
    }

    /** A socket. */
    private abstract class Listening implements Loop.Handler {
      final Fd fd;
      final long token;
      boolean ended;

      Listening(Fd fd) {
        this.fd = fd;
        this.token = loop.watch(fd, Epoll.READABLE, this);
      }

      abstract void close();

      @Override
      public void end() {
        if (!ended) {
          ended = true;
          loop.forget(fd, token);
          close();
        }
      }
    }

    /** Requests of a network's cards by IPv4. */
    private final class Requests extends Listening {
      private final String network;
      private final List<IpAddress> servers;
      private final LinkSocket socket;

      Requests(String network, List<IpAddress> servers, LinkSocket socket) {
        super(socket.fd());
        this.network = network;
        this.servers = servers;
        this.socket = socket;
      }

      @Override
      public void ready(int events) {
        for (int i = 0; i < MOST_AT_ONCE; i++) {
          Optional<LinkSocket.Packet> heard = receive(socket);
          if (heard.isEmpty()) {
            return;
          }
          if (heard.get().whole()) {
            hear(heard.get());
          }
        }
      }

      private void hear(LinkSocket.Packet packet) {
        try {
          answer(packet).ifPresent(each -> socket.send(each, packet.from()));
        } catch (SyscallException e) {
          LOG.log(System.Logger.Level.DEBUG, "an answer is lost", e); // as any may be
        } catch (RuntimeException e) {
          LOG.log(System.Logger.Level.ERROR, "a request is not answered", e);
        }
      }

      private Optional<byte[]> answer(LinkSocket.Packet packet) {
        return Datagram.read(packet.data().toArray())
            .filter(each -> each.fromPort() == CLIENT && each.toPort() == SERVER)
            .filter(each -> each.to().equals(EVERYBODY) || servers.contains(each.to()))
            .flatMap(each -> DhcpRequest.read(each.data().toArray()))
            .filter(each -> each.mac().equals(packet.from())) // it asks for itself
            .flatMap(
                request ->
                    card(network, packet.from())
                        .flatMap(card -> DhcpAnswers.of(request, card, servers)))
            .map(
                each ->
                    new Datagram(each.server(), SERVER, each.to(), CLIENT, Bytes.of(each.message()))
                        .packet());
      }

      @Override
      void close() {
        socket.close();
      }
    }

    /** What the kernel thinks that we listen at: what comes was heard already. */
    private final class Deaf extends Listening {
      private final InetSocket socket;

      Deaf(InetSocket socket) {
        super(socket.fd());
        this.socket = socket;
      }

      @Override
      public void ready(int events) {
        for (int i = 0; i < MOST_AT_ONCE && socket.receive(1).isPresent(); i++) {
          // the next
        }
      }

      @Override
      void close() {
        socket.close();
      }
    }
  }
}
