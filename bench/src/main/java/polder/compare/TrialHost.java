package polder.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.bench.Missing;
import polder.engine.HostPaths;
import polder.engine.Polder;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.Filesystem;
import polder.model.Finding;
import polder.model.Host;
import polder.model.ImageRequest;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** A host of this run's own, with its state in the workshop and a network for all zones. */
final class TrialHost implements AutoCloseable {
  static final String IMAGE = "compare";
  static final int PORT = 8080;

  private static final String NETWORK = "compare";
  private static final String SUBNET = "10.203.16.0/24";
  private static final String TOOLS = "/tools";

  private final Host host;
  private final Path tools;

  private TrialHost(Host host, Path tools) {
    this.host = host;
    this.tools = tools;
  }

  /**
   * Opens it.
   *
   * @throws Missing if its network cannot be made
   */
  static TrialHost open(Workshop workshop) {
    Host host = Polder.open(HostPaths.below(workshop.directory().resolve("host")));
    TrialHost made = new TrialHost(host, workshop.tools());
    try (InputStream tarball = Files.newInputStream(userland(workshop))) {
      host.images().importTarball(tarball, ImageRequest.of(IMAGE), Progress.NONE);
      Subnet subnet = new Subnet(Cidr.of(SUBNET), Optional.empty(), Optional.empty());
      host.networks().create(NetworkRequest.of(NETWORK, Network.Kind.INTERNAL).with(subnet));
      return made;
    } catch (IOException e) {
      made.close();
      throw new UncheckedIOException(e);
    } catch (PolderException e) {
      made.close();
      throw new Missing(String.valueOf(e.getMessage()));
    }
  }

  /** The smallest there is: the same busybox, and places to mount on. */
  private static Path userland(Workshop workshop) throws IOException {
    Path root = workshop.directory().resolve("userland");
    for (String name : List.of("bin", "etc", "proc", "sys", "dev", "tmp", "root", "var/tmp")) {
      Files.createDirectories(root.resolve(name));
    }
    Files.copy(workshop.busybox(), root.resolve("bin/busybox"));
    Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Path tar = workshop.directory().resolve("userland.tar");
    Tools.run("tar", "--numeric-owner", "-C", root.toString(), "-cf", tar.toString(), ".");
    return tar;
  }

  /** Why the accelerator {@code word} does not work here; empty if it does. */
  Optional<String> refused(String word) {
    return host.doctor().stream()
        .filter(each -> each.name().equals("accelerator " + word))
        .findFirst()
        .map(each -> Optional.of(each).filter(TrialHost::isLacking).map(Finding::value))
        .orElse(Optional.of("no QEMU here: apt install qemu-system-x86"));
  }

  private static boolean isLacking(Finding finding) {
    return finding.level() != Finding.Level.OK;
  }

  /** What makes {@code spec} a worker of the brands that share the kernel. */
  ZoneSpec worker(Brand brand) {
    ZoneSpec spec =
        ZoneSpec.of(brand)
            .with(
                ZoneProperties.FILESYSTEMS,
                List.of(new Filesystem(tools.toString(), TOOLS, "lofs", List.of("ro"))))
            .with(
                ZoneProperties.CMD,
                List.of(
                    TOOLS + "/busybox",
                    "sh",
                    TOOLS + "/worker.sh",
                    TOOLS + "/busybox",
                    "/var/tmp/compare",
                    String.valueOf(PORT)));
    return brand == Brand.LX ? spec.with(ZoneProperties.IMAGE, IMAGE) : spec;
  }

  /** Makes a zone that has a worker, and is on the network. */
  ZoneRef create(String alias, ZoneSpec spec, Optional<String> model) {
    Nic nic = Nic.on(NETWORK);
    return ZoneRef.of(
        host.zones()
            .create(
                spec.with(ZoneProperties.ALIAS, "compare-" + alias)
                    .with(ZoneProperties.AUTOBOOT, false)
                    .with(ZoneProperties.OPEN_STDIN, true)
                    .with(ZoneProperties.NICS, List.of(model.map(nic::with).orElse(nic))))
            .uuid());
  }

  /** The address of a zone's card. */
  String address(ZoneRef zone) {
    Nic nic = host.zones().get(zone).spec().get(ZoneProperties.NICS).getFirst();
    return nic.addresses().getFirst().address().toString();
  }

  /** Starts a zone; returns when its worker listens. */
  Running start(ZoneRef zone) {
    Session session = host.zones().attach(zone);
    try {
      Shell shell = new Shell(session.stdin(), session.stdout());
      Zone started = host.zones().start(zone);
      shell.awaitReady();
      return new Running(
          shell,
          new InetSocketAddress(address(zone), PORT),
          started.status().pid().orElseThrow(),
          () -> stop(zone, session));
    } catch (RuntimeException e) {
      stop(zone, session);
      throw e;
    }
  }

  private void stop(ZoneRef zone, Session session) {
    host.zones().stop(zone, StopOptions.FORCED);
    session.close();
  }

  void delete(ZoneRef zone) {
    host.zones().delete(zone, true);
  }

  /** Changes what a zone is asked to be. */
  void update(ZoneRef zone, Map<String, Object> change) {
    host.zones().update(zone, new Patch(change), false);
  }

  @Override
  public void close() {
    try (host) {
      host.zones().list().forEach(zone -> host.zones().delete(ZoneRef.of(zone.uuid()), true));
      host.networks().list().forEach(network -> host.networks().delete(network.name()));
      if (!host.images().list().isEmpty()) {
        host.images().delete(IMAGE);
      }
    }
  }
}
