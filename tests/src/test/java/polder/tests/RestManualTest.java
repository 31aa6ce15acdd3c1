package polder.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;
import polder.tests.harness.TestHost;

/** The examples in the manual's page on REST, run as they stand there, with curl. */
@Tag("kernel")
class RestManualTest {
  @Test
  void theManualsExamplesWork() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(java.nio.file.Path.of("/usr/bin/curl")), "no curl: apt install curl");
    Matcher block =
        Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Fixtures.ROOT.resolve("docs/manual/rest.md")));
    assertTrue(block.find());
    try (TestHost host = new TestHost()) {
      String out =
          Commands.run(
                  Map.of("SOCKET", host.home().resolve("run/api.sock").toString()),
                  new byte[0],
                  List.of("bash", "-euo", "pipefail", "-c", block.group(1)))
              .ok()
              .out();
      assertTrue(out.contains("it runs still"), out);
      assertTrue(out.contains("\nhostname\n") || out.contains("}hostname\n"), out);
      assertTrue(out.contains("zone.delete"), out);
    }
  }
}
