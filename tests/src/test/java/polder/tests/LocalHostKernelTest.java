package polder.tests;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import polder.api.HostContract;
import polder.engine.Polder;
import polder.model.Host;
import polder.tests.harness.HostNetwork;

/** The engine's host means what every host means. */
@Tag("kernel")
class LocalHostKernelTest extends HostContract {
  @TempDir Path directory;
  private final HostNetwork network = HostNetwork.now();

  @Override
  protected Host open() {
    return Polder.open(directory.resolve("home"));
  }

  @Override
  protected void shut(Host opened) {
    opened.close();
    network.restore();
  }
}
