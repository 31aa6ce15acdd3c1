package polder.cli.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static final Usage EXEC =
      Usage.of("exec", "run a program")
          .flag("-i --interactive", "input")
          .flag("-t --tty", "terminal")
          .option("-u --user", "USER", "who")
          .options("-e --env", "NAME=VALUE", "environment")
          .operand("ZONE", Operand.Kind.ZONE)
          .program("CMD", 1);

  private static final Usage STOP =
      Usage.of("stop", "stop zones")
          .option("-t --time", "SECONDS", "grace")
          .operands("ZONE", Operand.Kind.ZONE, 1, Integer.MAX_VALUE);

  private static Arguments exec(String... words) {
    return Arguments.parse(EXEC, List.of(words));
  }

  private static String refused(Usage usage, String... words) {
    return assertThrows(UsageException.class, () -> Arguments.parse(usage, List.of(words)))
        .sentence();
  }

  @Test
  void shortOptionsMayBeClusteredAndCarryTheirValue() {
    Arguments arguments = exec("-ituroot", "web", "id");
    assertTrue(arguments.has("--interactive") && arguments.has("--tty"));
    assertEquals(Optional.of("root"), arguments.value("--user"));
  }

  @Test
  void longOptionsTakeTheirValueEitherWay() {
    assertEquals(Optional.of("a"), exec("--user=a", "web", "id").value("--user"));
    assertEquals(Optional.of("a"), exec("--user", "a", "web", "id").value("--user"));
    assertEquals(Optional.of(""), exec("--user=", "web", "id").value("--user"));
  }

  @Test
  void wordsAfterTheZoneBelongToTheProgram() {
    Arguments arguments = exec("-i", "web", "ls", "-t", "--user", "--", "-j");
    assertEquals(List.of("web", "ls", "-t", "--user", "--", "-j"), arguments.operands());
    assertFalse(arguments.has("--tty"));
  }

  @Test
  void oneDoubleDashBeforeTheProgramIsOurs() {
    assertEquals(List.of("web", "ls", "--", "x"), exec("web", "--", "ls", "--", "x").operands());
    assertEquals(List.of("-web", "ls"), exec("--", "-web", "ls").operands());
  }

  @Test
  void optionsMayComeAfterOperandsOfOtherCommands() {
    Arguments arguments = Arguments.parse(STOP, List.of("web", "-t", "5", "db"));
    assertEquals(List.of("web", "db"), arguments.operands());
    assertEquals(Optional.of(5L), arguments.number("--time", 0, 10));
  }

  @Test
  void manyValuesAreKeptInOrderAndOneTwiceIsRefused() {
    assertEquals(
        List.of("A=1", "B=2"), exec("-e", "A=1", "--env=B=2", "web", "id").values("--env"));
    assertTrue(refused(EXEC, "-u", "a", "-u", "b", "web", "id").contains("twice"));
  }

  @Test
  void anUnknownOptionIsNamedWithTheNearest() {
    String sentence = refused(EXEC, "--usr", "a", "web", "id");
    assertTrue(sentence.contains("--usr") && sentence.contains("'--user'"), sentence);
    assertTrue(refused(STOP, "-x", "web").contains("polder stop --help"));
  }

  @Test
  void whatIsMissingOrTooMuchIsNamed() {
    assertTrue(refused(EXEC, "web").startsWith("missing CMD"));
    assertTrue(refused(EXEC).startsWith("missing ZONE"));
    assertTrue(refused(STOP, "web", "--time").contains("needs a value"));
    assertTrue(refused(Usage.of("info", "x"), "extra").contains("'extra' is too much"));
    assertTrue(refused(STOP, "--help=1").contains("takes no value"));
  }

  @Test
  void aNumberOutOfRangeIsRefused() {
    Arguments arguments = Arguments.parse(STOP, List.of("web", "-t", "-1"));
    assertThrows(UsageException.class, () -> arguments.number("--time", 0, 10));
  }

  @Test
  void helpNeedsNoOperands() {
    assertTrue(exec("--help").has("--help"));
  }
}
