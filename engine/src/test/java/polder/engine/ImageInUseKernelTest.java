package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.image.registry.TinyRegistry;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Image;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Images that go while zones are made of them. */
@Tag("kernel")
class ImageInUseKernelTest {
  private static final int ROUNDS = 60;

  @Test
  @DisplayName("R-CONC-07 an image deleted while a zone is made of it: one of the two is refused")
  void noZoneIsWithoutItsImage() throws IOException, InterruptedException, ExecutionException {
    try (TestHost test = new TestHost();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      test.open(Failpoints.parse("image-delete.1=delay(20);image-delete.2=delay(20)"));
      int made = 0;
      for (int round = 0; round < ROUNDS; round++) {
        CrashRows.image(test.host());
        Future<Boolean> deleted = threads.submit(() -> delete(test.host()));
        TestHost.pause(round); // the later, the likelier it is the zone that is refused
        Future<Boolean> created = threads.submit(() -> create(test.host()));
        assertNotEquals(created.get(), deleted.get(), "both or neither in round " + round);
        if (created.get()) {
          made++;
          UUID image = image(test.get("step"));
          assertEquals(image, test.host().images().get("small").uuid());
          test.host().zones().start(ZoneRef.of(CrashRows.lx().uuid()));
        }
        test.clear();
      }
      assertTrue(made < ROUNDS, "no zone was refused");
    }
  }

  @Test
  @DisplayName(
      "R-CONC-07 prunes beside pulls and creations take nothing that is in use, and leave nothing")
  void pruningTakesNothingThatIsInUse() throws Exception {
    try (TestHost test = new TestHost();
        TinyRegistry registry = new TinyRegistry();
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      registry.publish("0", "sh", CrashRows.image(), TestTar.of(Map.of("own", new byte[10])));
      registry.publish("1", "sh", CrashRows.image(), TestTar.of(Map.of("other", new byte[9])));
      AtomicBoolean done = new AtomicBoolean();
      Future<?> pruner =
          threads.submit(
              () -> {
                while (!done.get()) {
                  test.host().images().prune(true, false);
                }
              });
      List<Future<Integer>> users =
          IntStream.range(0, 2)
              .mapToObj(i -> threads.submit(() -> use(test.host(), registry, i)))
              .toList();
      int made = 0;
      for (Future<Integer> user : users) {
        made += user.get();
      }
      done.set(true);
      pruner.get();
      assertTrue(made > 0, "no zone was made");
      test.host().images().prune(true, false);
      assertEquals(List.of(), test.host().images().list());
      for (String folder : List.of("layers", "unfinished", "sha256")) {
        try (Stream<Path> left =
            Files.list(HostPaths.below(test.home()).images().resolve(folder))) {
          assertEquals(List.of(), left.toList());
        }
      }
    }
  }

  /** Pulls an image and runs a zone of it, some times; how many zones ran. */
  private static int use(Host host, TinyRegistry registry, int number) {
    int made = 0;
    for (int round = 0; round < 12; round++) {
      ZoneSpec spec =
          ZoneSpec.of(Brand.LX)
              .with(ZoneProperties.ALIAS, "user" + number)
              .with(ZoneProperties.CMD, List.of("/bin/busybox", "sleep", "1000"));
      try {
        Image image = host.images().pull(registry.reference("app:" + number), Progress.NONE);
        Zone zone = host.zones().create(spec.with(ZoneProperties.IMAGE_UUID, image.uuid()));
        host.zones().start(ZoneRef.of(zone.uuid()));
        host.zones().delete(ZoneRef.of(zone.uuid()), true);
        made++;
      } catch (PolderException e) {
        assertEquals(ErrorKind.NOT_FOUND, e.kind(), e.getMessage()); // it went in between
      }
    }
    return made;
  }

  private static UUID image(Zone zone) {
    return zone.spec().get(ZoneProperties.IMAGE_UUID);
  }

  private static boolean delete(Host host) {
    try {
      host.images().delete("small");
      return true;
    } catch (PolderException e) {
      assertEquals(ErrorKind.WRONG_STATE, e.kind(), e.getMessage());
      return false;
    }
  }

  private static boolean create(Host host) {
    try {
      host.zones().create(CrashRows.lx());
      return true;
    } catch (PolderException e) {
      assertEquals(ErrorKind.NOT_FOUND, e.kind(), e.getMessage());
      return false;
    }
  }
}
