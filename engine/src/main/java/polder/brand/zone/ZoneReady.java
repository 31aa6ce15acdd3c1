package polder.brand.zone;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.Running;
import polder.linux.Cgroup;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.Handover;
import polder.linux.IdMap;
import polder.linux.LaunchException;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.linux.ProcessIdentity;
import polder.linux.SyscallException;
import polder.linux.UserNamespace;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/** A zone whose first process builds its root, and waits for go. For one thread. */
final class ZoneReady implements Ready {
  private final ZoneBrand brand;
  private final Launcher launcher;
  private final ZoneSpec spec;
  private final Cgroup cgroup;
  private final boolean hasTerminal;
  private final Child child;
  private final ProcessIdentity identity;
  private final Optional<Fd> mounts;
  private final Optional<Handover> handover;
  private final AtomicBoolean over = new AtomicBoolean();
  private Optional<TerminalHolder> terminal = Optional.empty();

  private ZoneReady(
      ZoneBrand brand,
      Launcher launcher,
      ZoneSpec spec,
      Cgroup cgroup,
      boolean hasTerminal,
      Optional<Handover> handover,
      Child child) {
    this.brand = brand;
    this.launcher = launcher;
    this.spec = spec;
    this.cgroup = cgroup;
    this.hasTerminal = hasTerminal;
    this.handover = handover;
    this.child = child;
    this.identity = ProcessIdentity.of(child.pid()).orElseThrow(); // not waited for yet
    this.mounts = ZoneRunning.holdMounts(child.pidfd());
  }

  /**
   * Launches the first process, and lets it build the root.
   *
   * @param meanwhile what it needs to build the root, done while it is made
   * @param limits what puts the zone's limits in force, done while it builds the root
   */
  static ZoneReady prepare(
      ZoneBrand brand,
      Launcher launcher,
      ZoneSpec spec,
      Platform platform,
      Blueprint blueprint,
      Runnable meanwhile,
      Runnable limits) {
    try { // its refusals come with what is left already taken away
      Child child = launcher.launch(ZoneProgram.of(blueprint), meanwhile);
      blueprint.handover().ifPresent(Handover::launched);
      try {
        platform
            .ids()
            .map(ids -> IdMap.of(ids.base(), ids.count()))
            .ifPresent(map -> UserNamespace.map(child.pid(), map, map));
        child.go();
        limits.run();
        return new ZoneReady(
            brand,
            launcher,
            spec,
            platform.cgroup(),
            blueprint.terminal(),
            blueprint.handover(),
            child);
      } catch (RuntimeException e) {
        Launched.abandon(child, e);
        throw e;
      }
    } catch (LaunchException e) {
      throw Launched.refused("prepare zone " + spec.name(), e);
    }
  }

  @Override
  public ProcessIdentity identity() {
    return identity;
  }

  @Override
  public Fd network() {
    return Namespace.NET.of(child.pid());
  }

  @Override
  public Optional<Fd> terminal() {
    if (hasTerminal && terminal.isEmpty()) {
      takeTerminal();
    }
    return terminal.map(TerminalHolder::master);
  }

  @Override
  public void give(List<Fd> cards) {
    if (handover.isEmpty()) {
      Ready.super.give(cards);
      return;
    }
    try {
      handover.get().give(cards);
    } catch (SyscallException e) {
      throw ZoneBrand.failed("give its network cards to", spec, e);
    }
  }

  /** Waits until it has made its terminal, and takes that. */
  private void takeTerminal() {
    awaitBuilt();
    try {
      Fd master = Launched.master(child);
      terminal = Optional.of(TerminalHolder.start(launcher, cgroup, master, child.pidfd()));
    } catch (SyscallException e) {
      close();
      throw ZoneBrand.failed("start", spec, e);
    }
  }

  /**
   * Waits until it has built the root, and has nothing to do but start.
   *
   * @throws PolderException HOST with the step that failed; nothing is left then
   */
  void awaitBuilt() {
    try {
      child.awaitReady();
    } catch (LaunchException e) {
      close();
      throw Launched.refused("start zone " + spec.name(), e);
    }
  }

  @Override
  public Running go() {
    var _ = terminal();
    if (!over.compareAndSet(false, true)) {
      throw new IllegalStateException("the zone was started or given up already");
    }
    try {
      child.go();
      child.awaitStarted();
      handover.ifPresent(Handover::close);
    } catch (LaunchException e) {
      PolderException refusal = Launched.refused("start zone " + spec.name(), e);
      child.close();
      mounts.ifPresent(Fd::close);
      handover.ifPresent(Handover::close);
      terminal.ifPresent(t -> t.release(true));
      throw refusal;
    } catch (RuntimeException e) {
      Launched.abandon(child, e);
      mounts.ifPresent(Fd::close);
      handover.ifPresent(Handover::close);
      terminal.ifPresent(t -> t.release(true));
      throw e;
    }
    return new ZoneRunning(
        brand, launcher, identity, child.pidfd(), child::leave, cgroup, mounts, terminal);
  }

  @Override
  public void close() {
    if (over.compareAndSet(false, true)) {
      var why = new IllegalStateException("the zone was given up");
      Launched.abandon(child, why);
      mounts.ifPresent(Fd::close);
      handover.ifPresent(Handover::close);
      terminal.ifPresent(t -> t.release(true));
    }
  }
}
