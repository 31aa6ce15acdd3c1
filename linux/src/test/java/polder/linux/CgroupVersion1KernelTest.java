package polder.linux;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The same on a host that has version 1 alone: here by looking away from version 2. */
@Tag("kernel")
class CgroupVersion1KernelTest extends CgroupKernelTest {
  @Override
  CgroupHost host() {
    return new CgroupHost(CgroupHost.own().version1(), Optional.empty(), Set.of());
  }

  @BeforeEach
  @Override
  void make() {
    Assumptions.assumeTrue(host().has("freezer"), "no version 1 controller 'freezer'");
    super.make();
  }
}
