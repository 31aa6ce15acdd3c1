package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

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
