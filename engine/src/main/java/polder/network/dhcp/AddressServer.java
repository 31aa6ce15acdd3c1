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
  private static final long LINK_LOCAL = 0xfe80L << 48;
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
      if (!wanted.isEmpty()) {
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
      List<Supplier<Loop.Handler>> begin = new ArrayList<>();
      Hearing.Cards cards = mac -> able.card(network, mac);
      if (!four.isEmpty()) {
        LinkSocket socket = LinkSocket.four(place.space(), link.index(), HearingFour.SERVER, MARK);
        made.add(socket::close);
        begin.add(() -> new HearingFour(able.loop, socket, cards, four));
      }
      for (IpAddress each : four) {
        occupy(each, place)
            .ifPresent(
                socket -> {
                  made.add(socket::close);
                  begin.add(() -> able.new Deaf(socket));
                });
      }
      if (four.size() < addresses.size()) {
        LinkSocket socket =
            LinkSocket.six(
                place.space(), link.index(), HearingSix.SERVER, RouterAdvert.SOLICITATION, MARK);
        made.add(socket::close);
        Optional<InetSocket> member = join(place, link);
        member.ifPresent(each -> made.add(each::close));
        MacAddress own = MacAddress.of(link.address().orElseThrow());
        IpAddress address = new IpAddress(true, LINK_LOCAL, own.interfaceId());
        begin.add(
            () ->
                new HearingSix(
                    able.loop, socket, cards, member, own, address, () -> able.guests(network)));
      }
      List<Loop.Handler> handlers = new ArrayList<>();
      able.loop.hand(() -> begin.forEach(each -> handlers.add(each.get())));
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

  /** Without it we hear what bridges pass on to all, which is all unless somebody asks for less. */
  private static Optional<InetSocket> join(NetworkWatch.Place place, Link link) {
    try {
      return Optional.of(InetSocket.member(place.space(), HearingSix.GROUPS, link.index()));
    } catch (SyscallException e) {
      return Optional.empty();
    }
  }

  /**
   * The same port for the kernel's eyes, or it would tell whoever asks us that nobody is here. If a
   * program of the host's has it, it has that port to itself, and we answer all the same.
   */
  private static Optional<InetSocket> occupy(IpAddress address, NetworkWatch.Place place) {
    try {
      InetSocket.Peer local = new InetSocket.Peer(Bytes.of(address.bytes()), HearingFour.SERVER);
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

    /** The card of that address, if it is answered, and was not too often. */
    private Optional<DhcpCard> card(String network, MacAddress mac) {
      return book.get()
          .find(network, mac)
          .filter(each -> turnstile.pass(network, mac, System.nanoTime()));
    }

    private List<DhcpCard> guests(String network) {
      return book.get().on(network).values().stream().filter(DhcpCard::guest).toList();
    }

    /** What the kernel thinks that we listen at: what comes was heard already. */
    private final class Deaf implements Loop.Handler {
      private final InetSocket socket;
      private final long token;
      private boolean ended;

      Deaf(InetSocket socket) {
        this.socket = socket;
        this.token = loop.watch(socket.fd(), Epoll.READABLE, this);
      }

      @Override
      public void ready(int events) {
        for (int i = 0; i < MOST_AT_ONCE && socket.receive(1).isPresent(); i++) {
          // the next
        }
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
  }
}
