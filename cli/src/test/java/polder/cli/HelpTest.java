package polder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.cli.call.Arguments;
import polder.cli.call.Command;
import polder.cli.call.Example;
import polder.cli.call.Option;
import polder.cli.call.Usage;
import polder.model.Version;

class HelpTest {
  @Test
  void everyCommandHasHelpWithAnExample() {
    try (Desk desk = new Desk()) {
      for (String name : Catalog.NAMES) {
        List<String> words = new ArrayList<>(List.of(name.split(" ")));
        words.add("--help");
        Desk.Answer answer = desk.polder(words.toArray(new String[0])).ok();
        assertTrue(answer.out().startsWith("polder " + name + " "), name);
        assertTrue(answer.out().contains("Example"), name + " has no example");
        assertTrue(answer.out().contains("--json"), name);
        assertTrue(
            answer
                .out()
                .lines()
                .filter(l -> !l.contains("polder "))
                .allMatch(l -> l.length() <= 80),
            name + " is wider than 80 characters");
      }
    }
    assertTrue(Catalog.NAMES.size() > 30, "only " + Catalog.NAMES.size() + " commands were seen");
  }

  @Test
  void everyExampleThatIsOneCommandCanBeParsed() {
    int parsed = 0;
    for (Usage usage : Catalog.usages()) {
      for (Example example : usage.examples()) {
        String line = example.line().replaceFirst("^(\\./)?polder ", "");
        if (!line.startsWith(usage.name() + " ") || line.matches(".*[|&<>'].*")) {
          continue;
        }
        String rest = line.substring(usage.name().length()).trim();
        Arguments.parse(usage, rest.isEmpty() ? List.of() : List.of(rest.split(" ")));
        parsed++;
      }
    }
    assertTrue(parsed > 25, "only " + parsed + " examples were parsed");
  }

  @Test
  void optionsOfACommandAreDistinct() {
    for (Usage usage : Catalog.usages()) {
      List<String> names =
          usage.options().stream().map(Option::names).flatMap(List::stream).toList();
      assertEquals(names.stream().distinct().toList(), names, usage.name());
    }
  }

  @Test
  void everyAliasLeadsToItsCommand() {
    for (String name : Catalog.NAMES) {
      for (String alias : Catalog.aliases(name)) {
        Command command = Catalog.find(alias);
        assertNotNull(command, alias);
        assertEquals(name, command.usage().name());
      }
    }
  }

  @Test
  void nothingAndNonsenseAreWrongUsage() {
    try (Desk desk = new Desk()) {
      assertEquals(2, desk.polder().code());
      Desk.Answer answer = desk.polder("strat");
      assertEquals(2, answer.code());
      assertTrue(answer.err().contains("'start'"), answer.err());
      assertEquals(2, desk.polder("image").code());
      assertEquals("polder " + Version.ours() + "\n", desk.polder("--version").ok().out());
      assertTrue(desk.polder("help", "image", "import").ok().out().contains("--name"));
      assertTrue(desk.polder("help").ok().out().contains("completion"));
    }
  }

  @Test
  void pagesAndCompletionsAreWrittenAndCanBeRead(@TempDir Path directory)
      throws IOException, InterruptedException {
    Pages.write(directory);
    run(List.of("bash", "-n", directory.resolve("completions/polder.bash").toString()));
    List<Path> pages;
    try (Stream<Path> files = Files.walk(directory.resolve("man"))) {
      pages = files.filter(Files::isRegularFile).toList();
    }
    assertEquals(Catalog.NAMES.size() + 2, pages.size());
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/man")), "no man: apt install man-db");
    for (Path page : pages) {
      String text = run(List.of("man", "--warnings", "-l", page.toString()));
      assertTrue(text.contains("NAME") && text.contains("polder"), page.toString());
      assertFalse(text.contains("warning"), text);
    }
  }

  @Test
  void completionsOffersZonesCommandsAndOptions() throws IOException, InterruptedException {
    String bash;
    try (Desk desk = new Desk()) {
      bash = desk.polder("completion", "bash").ok().out();
      assertTrue(desk.polder("completion", "zsh").ok().out().startsWith("#compdef polder"));
      assertTrue(desk.polder("completion", "fish").ok().out().contains("complete -c polder"));
      assertEquals(2, desk.polder("completion", "tcsh").code());
    }
    String ask =
        bash
            + """
            polder() { case "$*" in 'network list '*) echo lab;; 'list '*) printf 'web  %s\\n-  %s\\n' 11111111 22222222;; 'image '*) echo 3:debian:12:amd64;; 'snapshot list '*) echo web@before;; esac; }
            try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _polder; echo "${COMPREPLY[*]}"; }
            try polder sta; try polder start w; try polder exec w; try polder image g
            try polder list --pars; try polder run deb; try polder image delete ''; try polder stop web w
            try polder snapshot rollback we; try polder snapshot create w
            try polder nic add w; try polder nic add web l; try polder nic add --mac x web l
            try polder nic add web lab l; try polder list --json w
            """;
    assertEquals(
        """
        start
        web
        web
        get
        --parsable
        debian:12
        debian:12
        web
        web@before
        web
        web
        lab
        lab


        """,
        run(List.of("bash", "--norc", "-c", ask)));
  }

  @Test
  void fishOffersWhatStandsAtEachPlace(@TempDir Path directory)
      throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/fish")), "no fish: apt install fish");
    String fish;
    try (Desk desk = new Desk()) {
      fish = desk.polder("completion", "fish").ok().out();
    }
    Path file = Files.writeString(directory.resolve("polder.fish"), fish);
    String ask =
        """
        source %s
        function __polder_zone; echo web; end
        function __polder_network; echo lab; end
        for words in 'polder nic a' 'polder nic add ' 'polder nic add web ' 'polder nic add web lab ' 'polder stop web '
          echo (complete -C $words | string replace -r '\t.*' '')
        end
        """
            .formatted(file);
    assertEquals(
        """
        add
        web
        lab

        web
        """,
        run(List.of("fish", "--no-config", "-c", ask)));
  }

  @Test
  void zshReadsItsCompletion(@TempDir Path directory) throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "no zsh: apt install zsh");
    try (Desk desk = new Desk()) {
      String zsh = desk.polder("completion", "zsh").ok().out();
      Path file = Files.writeString(directory.resolve("_polder"), zsh);
      run(List.of("zsh", "-f", "-n", file.toString()));
    }
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(java.util.Map.of("MANWIDTH", "80", "LC_ALL", "C.UTF-8", "MANPAGER", "cat"));
    Process process = builder.start();
    String text =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), command.getFirst() + ": " + text);
    return text;
  }
}
