package polder.brand.vm;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import polder.brand.Guest;
import polder.brand.Running;
import polder.brand.ZoneProcess;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.Pidfd;
import polder.linux.ProcessIdentity;
import polder.linux.Signal;
import polder.model.ExecSpec;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/**
 * A vm that runs.
 *
 * @param name what it is called
 * @param cage the zone that QEMU is the first process of
 */
record VmRunning(String name, Running cage) implements Running {
  private static final System.Logger LOG = System.getLogger("polder.brand");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Override
  public ProcessIdentity identity() {
    return cage.identity();
  }

  @Override
  public Pidfd pidfd() {
    return cage.pidfd();
  }

  @Override
  public Optional<Fd> terminal() {
    return cage.terminal();
  }

  /**
   * Presses the power button. On a thread of its own: QEMU may not answer, and who asks holds the
   * zone. If the guest does not shut down it is killed when the grace is over, as any zone is.
   */
  @Override
  public void askToEnd(Signal signal) {
    Directory root;
    try {
      root = root();
    } catch (PolderException e) {
      return; // it has ended
    }
    var _ =
        Thread.ofPlatform()
            .daemon()
            .name("polder-power-button")
            .start(() -> pressPowerButton(root));
  }

  private void pressPowerButton(Directory root) {
    try (root;
        Qmp qmp = Qmp.open(root, PATIENCE)) {
      var _ = qmp.execute("system_powerdown", Map.of());
    } catch (PolderException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the guest of vm %s could not be asked to shut down: %s".formatted(name, e.getMessage()));
    }
  }

  @Override
  public ZoneProcess exec(ExecSpec spec, ZoneSpec zone, ImageConfig config) {
    throw zone.guests("run a program in");
  }

  @Override
  public Optional<Guest> guest() {
    return Optional.of(new Machine(name, this::root));
  }

  @Override
  public Directory root() {
    return cage.root();
  }

  @Override
  public void close() {
    cage.close();
  }
}
