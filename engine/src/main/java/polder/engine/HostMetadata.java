package polder.engine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Function;
import polder.brand.Guest;
import polder.brand.IdRange;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.Node;
import polder.linux.SyscallException;
import polder.metadata.Metadata;
import polder.metadata.MetadataServer;
import polder.metadata.Service;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * Where zones ask for their metadata.
 *
 * <p>A zone sees a directory of the host's, read-only, in which is a socket that its root may
 * connect to. It is the directory that is mounted: who comes after us puts a new socket there, and
 * the zone sees that. Nothing is opened by a path that a zone has made. A vm's QEMU listens, and we
 * connect, now and after our own restart.
 */
final class HostMetadata implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final String CONTROL = "control";
  private static final FileName SOCKET = FileName.of("metadata.sock");
  private static final int DIRECTORY_MODE = 0755;
  private static final int SOCKET_MODE = 0600;
  private static final int WAITING = 4; // connections that the kernel keeps

  private final MetadataServer server = new MetadataServer();
  private final RunFiles runs;
  private volatile Function<LocalZone, Inside> inside =
      zone -> {
        throw new PolderException(ErrorKind.UNAVAILABLE, "the host is being opened; try again");
      };

  HostMetadata(RunFiles runs) {
    this.runs = runs;
  }

  /** Has that done by {@code how} which zones ask for from inside. */
  void begin(Function<LocalZone, Inside> how) {
    inside = how;
  }

  /** Whether a zone has a socket for it, which is to be there before its first process. */
  static boolean hasSocket(ZoneSpec spec) {
    return spec.brand() != Brand.VM && spec.get(ZoneProperties.GUEST_METADATA);
  }

  private static boolean hasPort(ZoneSpec spec) {
    return spec.brand() == Brand.VM && spec.get(ZoneProperties.GUEST_METADATA);
  }

  /** The directory of the host's that a zone sees. */
  Path directory(LocalZone zone) {
    return runs.path(zone.uuid()).resolve(CONTROL);
  }

  /**
   * Makes the socket, of a zone that has one; what was left of another is replaced.
   *
   * @throws PolderException HOST
   */
  Service open(LocalZone zone) {
    try (Folder run = runs.enter(zone.uuid());
        Folder control = run.enter(CONTROL)) {
      control.directory().node().ensureMode(DIRECTORY_MODE);
      return server.serve(bind(control.directory(), zone), metadata(zone));
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot make the metadata socket of zone '%s': %s".formatted(zone.name(), e.getMessage()),
          e);
    }
  }

  private static ServerSocketChannel bind(Directory control, LocalZone zone) throws IOException {
    forget(control);
    ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      Path path = Path.of(control.node().procPath().toString(), SOCKET.toString());
      door.bind(UnixDomainSocketAddress.of(path), WAITING); // as long as its path may not be
      try (Node socket = control.node(SOCKET)) {
        long root = zone.record().ids().map(IdRange::base).orElse(0L);
        socket.owner(root, root);
        socket.mode(SOCKET_MODE);
      }
      return door;
    } catch (IOException | RuntimeException e) {
      door.close();
      throw e;
    }
  }

  private static void forget(Directory control) {
    try {
      control.remove(SOCKET);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /** Serves a zone that runs already. It runs on if that cannot be. */
  void resume(LocalZone zone, Life life) {
    ZoneSpec spec = zone.record().spec();
    if (hasPort(spec)) {
      dial(zone, life);
    } else if (hasSocket(spec)) {
      try {
        life.metadata(open(zone));
      } catch (PolderException | SyscallException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "zone '%s' cannot ask for its metadata: %s".formatted(zone.name(), e.getMessage()));
      }
    }
  }

  /**
   * Serves a vm that has just been started, or was found, as soon as its QEMU listens: nobody waits
   * for that, and it is waited for no longer than the vm runs.
   */
  void dial(LocalZone zone, Life life) {
    ZoneSpec spec = zone.record().spec();
    if (hasPort(spec)) {
      Guest guest = life.running().orElseThrow().guest().orElseThrow();
      zone.operating().lock(); // or it might be there before we say that it is waited for
      try {
        Thread waiting = Background.run(() -> dial(zone, life, guest));
        life.metadata(waiting::interrupt);
      } finally {
        zone.operating().unlock();
      }
    }
  }

  private void dial(LocalZone zone, Life life, Guest guest) {
    SocketChannel line;
    try {
      line = guest.metadataPort();
    } catch (PolderException e) {
      boolean ended =
          Thread.currentThread().isInterrupted() || zone.life().filter(life::equals).isEmpty();
      if (!ended) {
        LOG.log(
            System.Logger.Level.WARNING,
            "vm '%s' cannot ask for its metadata: %s".formatted(zone.name(), e.getMessage()));
      }
      return;
    }
    Service service = server.serve(line, metadata(zone));
    zone.operating().lock();
    try {
      if (zone.life().filter(life::equals).isPresent()) {
        life.metadata(service);
      } else {
        service.close();
      }
    } finally {
      zone.operating().unlock();
    }
  }

  private Metadata metadata(LocalZone zone) {
    return new ZoneMetadata(zone::view, inside.apply(zone));
  }

  /** Nobody is answered any more. */
  @Override
  public void close() {
    server.close();
  }
}
