package polder.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.api.fake.FakeHost;
import polder.model.ErrorKind;
import polder.model.PolderException;

class LocalDaemonTest {
  private final List<String> told = new ArrayList<>();

  private PolderException refused(Map<String, String> environment, Optional<String> launcher) {
    LocalDaemon daemon = new LocalDaemon(environment, launcher, path -> new FakeHost(), told::add);
    return assertThrows(PolderException.class, daemon::connect);
  }

  @Test
  void aNamedDaemonIsNotStarted(@TempDir Path directory) {
    PolderException e =
        refused(Map.of("POLDER_HOST", "unix://" + directory + "/x"), Optional.of("/bin/false"));
    assertEquals(ErrorKind.UNREACHABLE, e.kind());
    assertTrue(String.valueOf(e.getMessage()).contains("POLDER_HOST"));
    assertEquals(
        ErrorKind.UNSUPPORTED,
        refused(Map.of("POLDER_HOST", "https://host"), Optional.empty()).kind());
    assertEquals(List.of(), told);
  }

  @Test
  void completionsStartNothing(@TempDir Path directory) {
    Map<String, String> environment =
        Map.of("POLDER_HOME", directory.toString(), "POLDER_START", "no");
    assertEquals(ErrorKind.UNREACHABLE, refused(environment, Optional.of("/bin/false")).kind());
    assertEquals(List.of(), told);
  }

  @Test
  void aDaemonThatCannotStartIsToldWithItsReason(@TempDir Path directory) throws IOException {
    Path launcher = directory.resolve("polder");
    Files.writeString(launcher, "#!/bin/sh\necho \"$1: no ids are left\"\nexit 3\n");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    PolderException e =
        refused(
            Map.of("POLDER_HOME", directory.resolve("home").toString()),
            Optional.of(launcher.toString()));
    String sentence = String.valueOf(e.getMessage());
    assertTrue(sentence.contains("ended with 3: daemon: no ids are left"), sentence);
    assertEquals(List.of("starting polderd"), told);
  }
}
