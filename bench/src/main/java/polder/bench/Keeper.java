package polder.bench;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.function.Consumer;
import polder.linux.CgroupHost;
import polder.linux.Child;
import polder.linux.MountSteps;
import polder.linux.Namespace;
import polder.linux.Pidfd;
import polder.linux.Program;
import polder.linux.ProgramBuilder;

/** A process that keeps a namespace for a peer, and does nothing else. */
final class Keeper implements AutoCloseable {
  private final Child child;

  private Keeper(Child child) {
    this.child = child;
  }

  /**
   * One of a mount namespace in which control groups of version 2 are not mounted where version 1
   * is: crun refuses to run where both are. Each run of the peer joins it by one setns(2), a few
   * microseconds that it is charged with, against some 0.3 ms that unshare(1) would take each time.
   *
   * @param more steps of its own in that namespace
   */
  static Keeper ofMounts(Stage stage, Consumer<MountSteps> more) {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT));
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    CgroupHost host = CgroupHost.own();
    if (host.layout() == CgroupHost.Layout.HYBRID) {
      Optional<Path> unified = host.unified();
      unified.ifPresent(path -> p.mounts().umount(path.toString(), MountSteps.MNT_DETACH));
    }
    more.accept(p.mounts());
    return keep(stage, p);
  }

  /** One of an empty network namespace. */
  static Keeper ofNetwork(Stage stage) {
    return keep(stage, Program.builder(EnumSet.of(Namespace.NET)));
  }

  private static Keeper keep(Stage stage, ProgramBuilder p) {
    p.waitForGo(); // which comes when all is done; should we die before, it ends too
    Child child = stage.launcher().launch(p.build());
    child.awaitReady();
    return new Keeper(child);
  }

  /** To join it by. */
  Pidfd pidfd() {
    return child.pidfd();
  }

  int pid() {
    return child.pid();
  }

  /** Lets it end, and the namespace with it. */
  @Override
  public void close() {
    child.go();
    child.pidfd().await();
    child.close();
  }
}
