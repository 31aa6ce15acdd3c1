package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Filesystem;
import polder.model.Healthcheck;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What an image says of how it is run is so, unless the payload says otherwise. */
@Tag("kernel")
class ImageWordsKernelTest {
  private static final UUID ELSEWHERE = UUID.fromString("7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b");

  private static Healthcheck asks(String file) {
    Duration second = Duration.ofSeconds(1);
    return new Healthcheck(
        List.of("/bin/busybox", "test", "-d", file), second, second.multipliedBy(60), 1, second);
  }

  private static Image take(TestHost test) {
    ImageConfig config =
        new ImageConfig(
            List.of("/bin/busybox"),
            List.of("sleep", "1000"),
            Map.of(),
            Optional.of("/srv/here"),
            Optional.empty(),
            Optional.of("KILL"),
            Map.of(),
            List.of("/data/deep", "/bin/busybox"),
            List.of("80/tcp"),
            Optional.of(asks("/data/deep")));
    ImageAbout about =
        new ImageAbout(
            Optional.of(ELSEWHERE),
            Optional.empty(),
            Optional.of("1"),
            Optional.of("lx-dataset"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Brand.LX),
            Optional.of(64L),
            Optional.of(512L));
    return test.host()
        .images()
        .importTarball(
            new ByteArrayInputStream(CrashRows.image()),
            new ImageRequest("small", "latest", config, about, Optional.empty()),
            Progress.NONE);
  }

  private static ZoneSpec zone(long memory) {
    return ZoneSpec.of(Brand.LX)
        .with(ZoneProperties.ALIAS, "web")
        .with(ZoneProperties.MAX_PHYSICAL_MEMORY, memory)
        .with(ZoneProperties.IMAGE_UUID, ELSEWHERE);
  }

  @Test
  void aZoneIsRunAsItsImageSays() throws IOException {
    try (TestHost test = new TestHost()) {
      Image image = take(test);
      assertEquals(image, test.host().images().get("small"));
      var made = test.host().zones().create(zone(128));
      assertEquals(image.uuid(), made.spec().get(ZoneProperties.IMAGE_UUID));
      assertEquals(
          List.of("/data/deep"), // what is a file in the image stays that
          made.spec().volumes().stream().map(Filesystem::target).toList());
      test.host().zones().start(TestHost.ref("web"));
      awaitHealth(test, Health.HEALTHY);
      ExecSpec look = ExecSpec.of("/bin/busybox", "test", "-d", "/srv/here");
      try (Session session = test.host().zones().exec(TestHost.ref("web"), look)) {
        assertEquals(0, session.await().code());
      }
      test.reopen();
      awaitHealth(test, Health.HEALTHY);
      update(test, Map.of("test", List.of("/bin/busybox", "false"), "interval", 1L, "retries", 1L));
      awaitHealth(test, Health.UNHEALTHY);
      update(test, Map.of("test", List.of("NONE")));
      assertEquals(Optional.empty(), test.get("web").status().health());
      // SIGKILL is the image's: nobody waits ten seconds for a shell that takes no TERM
      var stopped = test.host().zones().stop(TestHost.ref("web"), StopOptions.GRACEFUL);
      assertEquals(128 + 9, stopped.status().exit().orElseThrow().code());
    }
  }

  @Test
  void anImagesVolumesAreTheZonesOwnAndGoWithIt() throws IOException {
    try (TestHost test = new TestHost()) {
      String[] places = {"/data", "/data/deep", "/bound", "/tmp"};
      ImageConfig config =
          new ImageConfig(
              List.of(),
              List.of("/bin/busybox", "sleep", "1000"),
              Map.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.of("KILL"),
              Map.of(),
              List.of(places),
              List.of(),
              Optional.empty());
      byte[] tar =
          TestTar.of(
              Map.of(
                  "bin/busybox",
                  Files.readAllBytes(Path.of("/bin/busybox")),
                  "data/deep/there",
                  new byte[] {'x'}));
      test.host()
          .images()
          .importTarball(
              new ByteArrayInputStream(tar),
              new ImageRequest("small", "latest", config, ImageAbout.NONE, Optional.empty()),
              Progress.NONE);
      test.host().volumes().create(VolumeRequest.of("kept"));
      ZoneSpec spec =
          CrashRows.lx()
              .without(ZoneProperties.CMD)
              .with(ZoneProperties.TMPFS, 16L)
              .with(
                  ZoneProperties.FILESYSTEMS,
                  List.of(new Filesystem("kept", "/bound/", "volume", List.of())));
      var made = test.host().zones().create(spec);
      assertEquals(
          List.of("/bound/", "/data", "/data/deep"),
          made.spec().get(ZoneProperties.FILESYSTEMS).stream().map(Filesystem::target).toList());
      test.host().zones().start(TestHost.ref(made.spec().name()));
      String look =
          "cat /data/deep/there; echo; busybox touch /data/own /data/deep/own; busybox mount";
      try (Session session =
          test.host()
              .zones()
              .exec(
                  TestHost.ref(made.spec().name()),
                  ExecSpec.of("/bin/busybox", "sh", "-c", "PATH=/bin; busybox " + look))) {
        String out = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, session.await().code(), out);
        assertTrue(out.startsWith("x\n"), out);
        assertTrue(out.contains(" on /data ") && out.contains(" on /data/deep "), out);
      }
      assertEquals(3, test.host().volumes().list().size());
      test.host().zones().delete(TestHost.ref(made.spec().name()), true);
      assertEquals(
          List.of("kept"), test.host().volumes().list().stream().map(Volume::name).toList());
    }
  }

  private static void update(TestHost test, Map<String, Object> check) {
    test.host().zones().update(TestHost.ref("web"), new Patch(Map.of("healthcheck", check)), false);
  }

  private static void awaitHealth(TestHost test, String health) {
    TestHost.eventually(
        health, () -> test.get("web").status().health().equals(Optional.of(health)));
  }

  @Test
  void whatAnImageAsksOfZonesIsChecked() throws IOException {
    try (TestHost test = new TestHost()) {
      take(test);
      for (ZoneSpec spec :
          List.of(zone(32), zone(1024), zone(1).without(ZoneProperties.MAX_PHYSICAL_MEMORY))) {
        PolderException e =
            assertThrows(PolderException.class, () -> test.host().zones().create(spec));
        assertEquals(ErrorKind.INVALID, e.kind());
        assertTrue(e.faults().toString().contains("the image asks for"), e.faults().toString());
      }
      assertEquals(List.of(), test.host().zones().list());
    }
  }

  @Test
  void aFileThatIsNotItsManifestsIsRefused() throws IOException {
    try (TestHost test = new TestHost()) {
      ImageRequest request =
          new ImageRequest(
              "a", "1", ImageConfig.NONE, ImageAbout.NONE, Optional.of("0".repeat(40)));
      PolderException e =
          assertThrows(
              PolderException.class,
              () ->
                  test.host()
                      .images()
                      .importTarball(
                          new ByteArrayInputStream(CrashRows.image()), request, Progress.NONE));
      assertEquals(ErrorKind.INVALID, e.kind());
      assertEquals(List.of(), test.host().images().list());
    }
  }
}
