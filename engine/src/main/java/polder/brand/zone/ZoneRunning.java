package polder.brand.zone;

import java.nio.file.Path;
import java.util.Optional;
import polder.brand.Running;
import polder.brand.ZoneProcess;
import polder.linux.Cgroup;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.linux.Pidfd;
import polder.linux.ProcessIdentity;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** A zone that runs, known by its first process. */
final class ZoneRunning implements Running {
  private final ZoneBrand brand;
  private final Launcher launcher;
  private final ProcessIdentity identity;
  private final Pidfd first;
  private final Runnable release;
  private final Cgroup cgroup;
  private final Optional<Fd> mounts;
  private final Optional<TerminalHolder> terminal;

  /**
   * One that runs.
   *
   * @param release lets go of {@code first}
   * @param mounts what {@link #holdMounts} holds
   */
  ZoneRunning(
      ZoneBrand brand,
      Launcher launcher,
      ProcessIdentity identity,
      Pidfd first,
      Runnable release,
      Cgroup cgroup,
      Optional<Fd> mounts,
      Optional<TerminalHolder> terminal) {
    this.brand = brand;
    this.launcher = launcher;
    this.identity = identity;
    this.first = first;
    this.release = release;
    this.cgroup = cgroup;
    this.mounts = mounts;
    this.terminal = terminal;
  }

  /**
   * Keeps what is mounted in the zone of {@code first} mounted. Otherwise its first process would
   * unmount it all as it ends, and nobody would hear of the end before all that lies on the same
   * disk as its root was written. Empty if it has ended.
   */
  static Optional<Fd> holdMounts(Pidfd first) {
    try {
      Fd held = Namespace.MOUNT.of(first.pid());
      if (first.isAlive()) { // looked at after opening: the pid was still its own
        return Optional.of(held);
      }
      held.close();
      return Optional.empty();
    } catch (SyscallException e) {
      return Optional.empty();
    }
  }

  @Override
  public ProcessIdentity identity() {
    return identity;
  }

  @Override
  public Pidfd pidfd() {
    return first;
  }

  @Override
  public void askToEnd(Signal signal) {
    first.signal(signal);
  }

  @Override
  public Optional<Fd> terminal() {
    return terminal.map(TerminalHolder::master);
  }

  @Override
  public ZoneProcess exec(ExecSpec spec, ZoneSpec zone, ImageConfig config) {
    Security security = zone.get(ZoneProperties.SECURITY);
    try (Directory root = root()) {
      Accounts accounts = RootLookup.accounts(root, ZoneBrand.ids(security.userns()));
      Account account = accounts.find(spec.user().orElseGet(() -> ZoneBrand.user(zone, config)));
      Command command = Command.entering(spec, zone, config, account);
      return EnteredProcess.start(
          launcher,
          zone.name(),
          first,
          cgroup,
          new Entry(
              security.userns(),
              spec.tty(),
              spec.stdin(),
              spec.rows(),
              spec.columns(),
              command,
              brand.confinement(zone, account)));
    } catch (SyscallException e) {
      throw ZoneBrand.failed("enter", zone, e);
    }
  }

  @Override
  public Directory root() {
    Directory root = Directory.open(Path.of("/proc", Integer.toString(identity.pid()), "root"));
    if (first.isAlive()) { // looked at after opening: the pid was still its own
      return root;
    }
    root.close();
    throw new PolderException(
        ErrorKind.WRONG_STATE,
        "the zone's first process has ended",
        new SyscallException("open the root of pid " + identity.pid(), Errno.ESRCH));
  }

  @Override
  public void close() {
    boolean ended = !first.isAlive();
    terminal.ifPresent(t -> t.release(ended));
    release.run();
    mounts.ifPresent(Fd::close);
  }
}
