package polder.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The architecture: who may know whom. Each arrow is a test, and a test that saw nothing fails. */
class ArrowsTest {
  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("polder");

  private static final String[] WORKSHOPS = {
    "polder.storage..", "polder.network..", "polder.image..", "polder.brand..", "polder.metadata.."
  };

  @Test
  void theRulesSawTheHouse() {
    assertTrue(HOUSE.size() > 200, "only " + HOUSE.size() + " classes were looked at");
    for (String room :
        Set.of(
            "polder.linux",
            "polder.model",
            "polder.engine",
            "polder.image",
            "polder.storage",
            "polder.network",
            "polder.metadata",
            "polder.brand",
            "polder.api",
            "polder.cli",
            "polder.daemon")) {
      assertTrue(HOUSE.containPackage(room), room + " was not seen");
    }
  }

  @Test
  void onlyLinuxTouchesForeignMemory() {
    noClasses()
        .that()
        .resideOutsideOfPackage("polder.linux..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(HOUSE);
  }

  @Test
  void linuxKnowsTheJdkOnly() {
    noClasses()
        .that()
        .resideInAPackage("polder.linux..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("polder.linux..", "java..", "org.jspecify..")
        .check(HOUSE);
  }

  @Test
  void modelDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage("polder.model..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..")
        .check(HOUSE);
    noClasses()
        .that()
        .resideInAPackage("polder.model..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "polder.model..", "java..", "org.jspecify..", "tools.jackson.core..")
        .check(HOUSE);
  }

  @Test
  void noWorkshopUsesAnother() {
    for (String workshop : WORKSHOPS) {
      String[] others =
          Stream.of(WORKSHOPS).filter(w -> !w.equals(workshop)).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(workshop)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .allowEmptyShould(true)
          .because("the engine passes what one makes to the next")
          .check(HOUSE);
    }
  }

  @Test
  void workshopsDoNotKnowTheHall() {
    noClasses()
        .that()
        .resideInAnyPackage(WORKSHOPS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("polder.engine..", "polder.api..", "polder.cli..", "polder.daemon..")
        .check(HOUSE);
  }

  @Test
  void doorsKnowTheModelOnly() {
    noClasses()
        .that()
        .resideInAnyPackage("polder.api..", "polder.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "polder.engine..",
            "polder.storage..",
            "polder.network..",
            "polder.image..",
            "polder.brand..",
            "polder.metadata..",
            "polder.daemon..")
        .check(HOUSE);
    noClasses()
        .that()
        .resideInAPackage("polder.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("polder.linux..", "polder.cli..")
        .check(HOUSE);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("polder.(**)").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void namesSayWhatThingsAre() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)$")
        .check(HOUSE);
  }

  @Test
  void noFileBecomesTheProduct() throws IOException {
    Path root = Path.of(System.getProperty("polder.root", ".."));
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> sources =
          files
              .filter(p -> p.toString().endsWith(".java") && !p.toString().contains("/target/"))
              .toList();
      assertTrue(sources.size() > 150, "only " + sources.size() + " files were looked at");
      List<String> large =
          sources.stream().filter(p -> lines(p) > 500).map(Path::toString).toList();
      assertEquals(List.of(), large, "files over 500 lines");
    }
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
