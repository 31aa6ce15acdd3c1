package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Host keys are what OpenSSH's own programs read. */
class SshHostKeyTest {
  private static final Path KEYGEN = Path.of("/usr/bin/ssh-keygen");

  @ParameterizedTest
  @EnumSource
  void sshKeygenReadsBothHalvesAndTheyFit(SshHostKey.Type type, @TempDir Path directory)
      throws IOException, InterruptedException {
    SshHostKey key = SshHostKey.make(type, "root@copy");
    assertNotEquals(key.privateFile(), SshHostKey.make(type, "root@copy").privateFile());
    Assumptions.assumeTrue(Files.isExecutable(KEYGEN), "no ssh-keygen: apt install openssh-client");
    Path secret = Files.writeString(directory.resolve("key"), key.privateFile());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path open = Files.writeString(directory.resolve("key.pub"), key.publicFile());
    String keygen = KEYGEN.toString();
    String derived = run(Path.of("/dev/null"), keygen, "-y", "-P", "", "-f", secret.toString());
    assertEquals(key.publicFile().strip(), derived);
    String print = run(Path.of("/dev/null"), keygen, "-l", "-f", open.toString());
    assertTrue(print.contains("root@copy"), print);
    Path text = Files.writeString(directory.resolve("text"), "signed");
    run(text, keygen, "-Y", "sign", "-n", "test", "-f", secret.toString(), text.toString());
    run(text, keygen, "-Y", "check-novalidate", "-n", "test", "-s", text + ".sig");
  }

  private static String run(Path input, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of(command))
            .redirectErrorStream(true)
            .redirectInput(input.toFile())
            .start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), String.join(" ", command) + ": " + told);
    return told.strip();
  }
}
