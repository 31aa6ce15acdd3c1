package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Brand;
import polder.model.ImageRequest;
import polder.model.Progress;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Zones that share an image's layers and nothing else. */
@Tag("kernel")
@Timeout(value = 10, unit = java.util.concurrent.TimeUnit.MINUTES)
class SharedImageKernelTest {
  private static final int PAIRS = Boolean.getBoolean("polder.full") ? 200 : 10;

  /** Tells its own secrets, leaves them where the other one would look, and looks there. */
  private static final String TELL =
      "echo $SECRET $(cat /etc/secret) $(cat /left /etc/left /dev/shm/left 2>/dev/null);"
          + " for at in / /etc /dev/shm; do echo $SECRET > $at/left; done";

  @TempDir private Path scratch;
  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
    test.host()
        .images()
        .importTarball(Userlands.busybox(scratch), ImageRequest.of("small"), Progress.NONE);
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  @Test
  @DisplayName("S-IMG-10 zones of one image that start at once see their own secrets only")
  void secretsOfOneImagesZonesStayApart() throws InterruptedException {
    for (int pair = 0; pair < PAIRS; pair++) {
      List<String> names = List.of("one-" + pair, "two-" + pair);
      names.forEach(this::make);
      List<String> wrong = Collections.synchronizedList(new ArrayList<>());
      List<Thread> runs = new ArrayList<>();
      for (String name : names) {
        runs.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        test.host().zones().start(TestHost.ref(name));
                        test.host().zones().await(TestHost.ref(name));
                      } catch (RuntimeException e) {
                        wrong.add(name + ": " + e);
                      }
                    }));
      }
      for (Thread run : runs) {
        assertTrue(run.join(Duration.ofMinutes(2)), "a start hangs");
      }
      assertEquals(List.of(), wrong);
      for (String name : names) {
        assertEquals(List.of("env-%1$s file-%1$s".formatted(name)), test.logs(name));
        test.host().zones().delete(TestHost.ref(name), true);
      }
    }
  }

  private void make(String name) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, name)
            .with(ZoneProperties.IMAGE, "small")
            .with(ZoneProperties.ENV, Map.of("SECRET", "env-" + name))
            .with(ZoneProperties.CMD, List.of("/bin/sh", "-c", TELL));
    ZoneRef zone = ZoneRef.of(test.host().zones().create(spec).uuid());
    byte[] secret = ("file-" + name + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] tar = TestTar.of(Map.of("secret", secret));
    test.host().zones().copyIn(zone, "/etc", new ByteArrayInputStream(tar));
  }
}
