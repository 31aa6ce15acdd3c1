package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class FileOwnerKernelTest {
  @TempDir Path temp;

  @Test
  void filesAreSomebodyElsesFromTheFirstMomentAndTheThreadKeepsRootsPowers() throws Exception {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may make files for others");
    try (Directory directory = Directory.open(temp)) {
      directory.node().mode(0700);
      Thread worker =
          FileOwner.make(
              100_000,
              100_001,
              () -> {
                directory.create(FileName.of("theirs"), 0600).close(); // needs root: 0700
                return Thread.currentThread();
              });
      Stat theirs = directory.stat(FileName.of("theirs"));
      assertEquals(100_000, theirs.uid());
      assertEquals(100_001, theirs.gid());
      worker.join(1000);
      assertTrue(!worker.isAlive(), "the thread must not be used for anything else");

      directory.create(FileName.of("ours"), 0600).close();
      assertEquals(0, directory.stat(FileName.of("ours")).uid());
      assertThrows(
          IOException.class,
          () ->
              FileOwner.make(
                  1,
                  1,
                  () -> {
                    throw new IOException("passed on as it is");
                  }));
    }
  }
}
