package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;

/** The program in the manual's page on embedding, run as it stands there. */
@Tag("kernel")
class EmbeddingTest {
  private static final Pattern BLOCK = Pattern.compile("```(\\w*)\\n(.*?)```", Pattern.DOTALL);

  @Test
  void theManualsProgramPrintsWhatTheManualSays(@TempDir Path directory) throws IOException {
    Matcher blocks =
        BLOCK.matcher(Files.readString(Fixtures.ROOT.resolve("docs/manual/embedding.md")));
    assertTrue(blocks.find());
    assertEquals("java", blocks.group(1));
    Path program = directory.resolve("Example.java");
    Files.writeString(program, blocks.group(2));
    assertTrue(blocks.find());
    String promised = blocks.group(2);

    CommandResult result =
        Commands.run(
            Map.of("TMPDIR", directory.toString()),
            new byte[0],
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                program.toString()));

    assertEquals(promised, result.ok().out());
  }
}
