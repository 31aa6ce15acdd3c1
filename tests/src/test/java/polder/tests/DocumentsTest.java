package polder.tests;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import polder.tests.harness.Fixtures;

/** Documents that have an owner: the build fails when they are wrong. */
class DocumentsTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
  private static final Pattern DISPLAY_NAME =
      Pattern.compile("@DisplayName\\(\\s*\"((?:[SRJ](?:-[A-Z]+)?-\\d+ )+)");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void eachWordOfTheGlossaryIsATypeOfTheModel() throws IOException {
    List<String> words =
        Files.readAllLines(Fixtures.ROOT.resolve("GLOSSARY.md")).stream()
            .filter(l -> l.startsWith("| `"))
            .map(CODE::matcher)
            .filter(Matcher::find)
            .map(m -> m.group(1))
            .toList();
    assertTrue(words.size() > 15, "only " + words.size() + " words were found");
    for (String word : words) {
      assertDoesNotThrow(() -> Class.forName("polder.model." + word), word);
    }
  }

  @Test
  void eachPromiseNamesATestThatExists() throws IOException {
    Set<String> tests;
    try (Stream<Path> files = Files.walk(Fixtures.ROOT)) {
      tests =
          files
              .filter(p -> p.toString().contains("/src/test/java/"))
              .map(p -> String.valueOf(p.getFileName()).replace(".java", ""))
              .collect(Collectors.toSet());
    }
    List<String> wrong = new ArrayList<>();
    int promises = 0;
    for (String line : Files.readAllLines(Fixtures.ROOT.resolve("SPECIFICATION.md"))) {
      if (!line.startsWith("| ") || line.startsWith("| promise") || line.startsWith("| ---")) {
        continue;
      }
      promises++;
      List<String> named = TEST.matcher(line).results().map(m -> m.group(1)).toList();
      if (named.isEmpty()) {
        wrong.add("names no test: " + line);
      }
      named.stream()
          .filter(t -> !tests.contains(t))
          .forEach(t -> wrong.add("no test " + t + ": " + line));
    }
    assertTrue(promises > 30, "only " + promises + " promises were found");
    assertEquals(List.of(), wrong);
  }

  @Test
  void eachIdInADisplayNameIsARowThatIsCounted() throws IOException {
    Set<String> rows =
        Files.readAllLines(Fixtures.ROOT.resolve("tests/rows.txt")).stream()
            .filter(l -> !l.startsWith("#"))
            .map(l -> l.substring(0, l.indexOf(' ')))
            .collect(Collectors.toSet());
    Set<String> named = namedRows();
    named.removeAll(rows);
    assertEquals(Set.of(), named, "add them to tests/rows.txt");
  }

  private static Set<String> namedRows() throws IOException {
    Set<String> named = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Fixtures.ROOT)) {
      for (Path file :
          files
              .filter(p -> p.toString().contains("/src/test/java/"))
              .filter(p -> p.toString().endsWith(".java"))
              .toList()) {
        Matcher names = DISPLAY_NAME.matcher(Files.readString(file));
        while (names.find()) {
          named.addAll(List.of(names.group(1).trim().split(" ")));
        }
      }
    }
    return named;
  }

  @Test
  void linksBetweenDocumentsLeadSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    List<Path> documents;
    try (Stream<Path> files = Files.walk(Fixtures.ROOT)) {
      documents =
          files
              .filter(p -> p.toString().endsWith(".md") && !p.toString().contains("/target/"))
              .filter(p -> !p.toString().contains("/.polder/"))
              .toList();
    }
    assertTrue(documents.size() > 15, "only " + documents.size() + " documents were found");
    for (Path document : documents) {
      Matcher links = LINK.matcher(Files.readString(document));
      while (links.find()) {
        Path target = document.resolveSibling(links.group(1));
        if (!Files.exists(target)) {
          broken.add(document.getFileName() + " -> " + links.group(1));
        }
      }
    }
    assertEquals(List.of(), broken);
  }
}
