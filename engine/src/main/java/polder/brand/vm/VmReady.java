package polder.brand.vm;

import java.util.List;
import java.util.Optional;
import polder.brand.Ready;
import polder.brand.Running;
import polder.linux.Fd;
import polder.linux.ProcessIdentity;

/**
 * A vm that waits for go.
 *
 * @param name what it is called
 * @param cage the zone that QEMU will be the first process of
 */
record VmReady(String name, Ready cage) implements Ready {
  @Override
  public ProcessIdentity identity() {
    return cage.identity();
  }

  @Override
  public Fd network() {
    return cage.network();
  }

  @Override
  public void give(List<Fd> cards) {
    cage.give(cards);
  }

  @Override
  public Optional<Fd> terminal() {
    return cage.terminal();
  }

  @Override
  public Running go() {
    return new VmRunning(name, cage.go());
  }

  @Override
  public void close() {
    cage.close();
  }
}
