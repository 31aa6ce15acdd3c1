package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Launcher;
import polder.model.ErrorKind;
import polder.model.PolderException;

@Tag("kernel")
class HelperProgramKernelTest {
  @TempDir private Path folder;

  private Optional<Map<String, Object>> ask(String script) throws IOException {
    Path file = folder.resolve("docker-credential-x");
    Files.writeString(file, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    try (Launcher launcher = Launcher.start()) {
      return new HelperProgram(
              launcher, List.of(folder.toString(), "/usr/bin", "/bin"), Duration.ofSeconds(2))
          .get("docker-credential-x", "r.example");
    }
  }

  private PolderException refused(String script) {
    return assertThrows(PolderException.class, () -> ask(script));
  }

  @Test
  void givesTheServerAndTakesTheAnswer() throws IOException {
    assertEquals(
        Optional.of(Map.<String, Object>of("Username", "get-r.example", "Secret", "s")),
        ask("read server; echo '{\"Username\": \"'$1-$server'\", \"Secret\": \"s\"}'"));
  }

  @Test
  void whoIsNotKnownIsNobody() throws IOException {
    assertEquals(Optional.empty(), ask("echo 'credentials not found in native keychain'; exit 1"));
  }

  @Test
  void tellsWhyItFailed() {
    assertTrue(refused("echo 'the keyring is locked'; exit 3").toString().contains("is locked"));
    assertEquals(ErrorKind.INVALID, refused("echo hello").kind());
    assertEquals(ErrorKind.INVALID, refused("exit 0").kind());
  }

  @Test
  void isGivenUpWhenItTakesTooLongOrSaysTooMuch() {
    assertEquals(ErrorKind.TIMED_OUT, refused("exec sleep 60").kind());
    assertEquals(ErrorKind.TIMED_OUT, refused("exec cat /dev/zero").kind());
  }

  @Test
  void doesNotWaitForWhoIsLeftBehind() throws IOException {
    assertEquals(Optional.of(Map.<String, Object>of()), ask("sleep 4 </dev/null & echo '{}'"));
  }
}
