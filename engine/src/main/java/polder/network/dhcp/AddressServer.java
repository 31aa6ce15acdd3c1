package polder.network.dhcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import polder.linux.Bytes;
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
import polder.network.Listener;
import polder.network.Loop;
import polder.network.NetworkService;
import polder.network.NetworkWatch;

/** Tells cards on networks the addresses that they have. For many threads at once. */
public final class AddressServer implements AutoCloseable {
  /** By what the firewall knows our answers; nothing that comes from elsewhere has it. */
  public static final int MARK = 0x706f6c64;

  private static final long LINK_LOCAL = 0xfe80L << 48;
  private static final int MOST_AT_ONCE = 64; // of one socket, before others have their turn
  private static final int MOST_ANSWERS = 20; // of one card, at once
  private static final int ANSWERS_A_SECOND = 2;

  private final Fd host;
  private final Supplier<CardBook> book;
  private final NetworkService<Answering> service =
      new NetworkService<>("nobody tells cards their addresses", Answering::new);

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
    List<IpAddress> own = addresses(network);
    service.serve(network.name(), own, place, able -> open(able, network.name(), own, place));
  }

  private static List<Loop.Handler> open(
      Answering able, String network, List<IpAddress> addresses, NetworkWatch.Place place) {
    List<Runnable> made = new ArrayList<>();
    try {
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
      return handlers;
    } catch (SyscallException | PolderException e) {
      made.forEach(Runnable::run);
      throw e;
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
    private final Loop loop = new Loop(host, "polder-addresses");
    private final Turnstile turnstile = new Turnstile(MOST_ANSWERS, ANSWERS_A_SECOND);

    @Override
    public Loop loop() {
      return loop;
    }

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
    private final class Deaf extends Listener {
      private final InetSocket socket;

      Deaf(InetSocket socket) {
        super(Answering.this.loop, socket.fd(), socket::close);
        this.socket = socket;
      }

      @Override
      public void ready(int events) {
        for (int i = 0; i < MOST_AT_ONCE && socket.receive(1).isPresent(); i++) {
          // the next
        }
      }
    }
  }
}
