package polder.brand.zone;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.Running;
import polder.linux.Cgroup;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.IdMap;
import polder.linux.LaunchException;
import polder.linux.Launcher;
import polder.linux.ProcessIdentity;
import polder.linux.UserNamespace;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/** A zone whose root is built and whose first process waits for go. */
final class ZoneReady implements Ready {
  private final ZoneBrand brand;
  private final Launcher launcher;
  private final ZoneSpec spec;
  private final Cgroup cgroup;
  private final Child child;
  private final ProcessIdentity identity;
  private final Optional<TerminalHolder> terminal;
  private final AtomicBoolean over = new AtomicBoolean();

  private ZoneReady(
      ZoneBrand brand,
      Launcher launcher,
      ZoneSpec spec,
      Cgroup cgroup,
      Child child,
      ProcessIdentity identity,
      Optional<TerminalHolder> terminal) {
    this.brand = brand;
    this.launcher = launcher;
    this.spec = spec;
    this.cgroup = cgroup;
    this.child = child;
    this.identity = identity;
    this.terminal = terminal;
  }

  /**
   * Launches the first process, and waits until it has nothing to do but start.
   *
   * @param rules what puts the zone's limits in force, done while the process is made
   */
  static ZoneReady prepare(
      ZoneBrand brand,
      Launcher launcher,
      ZoneSpec spec,
      Platform platform,
      Blueprint blueprint,
      Runnable rules) {
    try { // its refusals come with what is left already taken away
      Child child = launcher.launch(ZoneProgram.of(blueprint), rules);
      try {
        platform
            .ids()
            .map(ids -> IdMap.of(ids.base(), ids.count()))
            .ifPresent(map -> UserNamespace.map(child.pid(), map, map));
        child.go();
        child.awaitReady();
        return finish(brand, launcher, spec, platform.cgroup(), blueprint, child);
      } catch (RuntimeException e) {
        Launched.abandon(child, e);
        throw e;
      }
    } catch (LaunchException e) {
      throw Launched.refused("prepare zone " + spec.name(), e);
    }
  }

  private static ZoneReady finish(
      ZoneBrand brand,
      Launcher launcher,
      ZoneSpec spec,
      Cgroup cgroup,
      Blueprint blueprint,
      Child child) {
    ProcessIdentity identity = ProcessIdentity.of(child.pid()).orElseThrow();
    Optional<TerminalHolder> terminal = Optional.empty();
    if (blueprint.terminal()) {
      Fd master = Launched.master(child);
      terminal = Optional.of(TerminalHolder.start(launcher, cgroup, master, child.pidfd()));
    }
    return new ZoneReady(brand, launcher, spec, cgroup, child, identity, terminal);
  }

  @Override
  public ProcessIdentity identity() {
    return identity;
  }

  @Override
  public Optional<Fd> terminal() {
    return terminal.map(TerminalHolder::master);
  }

  @Override
  public Running go() {
    if (!over.compareAndSet(false, true)) {
      throw new IllegalStateException("the zone was started or given up already");
    }
    try {
      child.go();
      child.awaitStarted();
    } catch (LaunchException e) {
      PolderException refusal = Launched.refused("start zone " + spec.name(), e);
      child.close();
      terminal.ifPresent(t -> t.release(true));
      throw refusal;
    } catch (RuntimeException e) {
      Launched.abandon(child, e);
      terminal.ifPresent(t -> t.release(true));
      throw e;
    }
    return new ZoneRunning(
        brand, launcher, identity, child.pidfd(), child::leave, cgroup, terminal);
  }

  @Override
  public void close() {
    if (over.compareAndSet(false, true)) {
      var why = new IllegalStateException("the zone was given up");
      Launched.abandon(child, why);
      terminal.ifPresent(t -> t.release(true));
    }
  }
}
