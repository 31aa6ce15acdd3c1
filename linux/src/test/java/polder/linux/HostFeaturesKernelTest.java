package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class HostFeaturesKernelTest {
  @Test
  void looksAtEverythingAndLeavesNothing(@TempDir Path folder) throws Exception {
    List<MountEntry> mounts = MountTable.own().entries();
    try (Launcher launcher = Launcher.start()) {
      List<HostFeature> features = HostFeatures.probe(launcher, folder);

      assertEquals(
          features.size(),
          features.stream().map(HostFeature::name).collect(Collectors.toSet()).size());
      for (HostFeature each : features) {
        assertTrue(!each.value().isBlank(), each::toString);
        assertEquals(each.ok(), each.mend().isEmpty(), each::toString);
      }
      HostFeature calls =
          features.stream().filter(f -> f.name().equals("system calls")).findFirst().orElseThrow();
      assertTrue(calls.ok(), calls::toString);
    }
    assertEquals(mounts, MountTable.own().entries());
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
    assertTrue(
        CgroupHost.own().roots().isEmpty()
            || CgroupHost.own().children("").stream().noneMatch(n -> n.startsWith("polder-trial")));
  }
}
