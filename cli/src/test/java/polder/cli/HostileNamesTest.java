package polder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HostileNamesTest {
  private static final List<String> NAMES =
      List.of(
          ".",
          "..",
          "../x",
          "../../etc/passwd",
          "%2e%2e",
          "%2e%2e%2fx",
          "a/../b",
          "/etc/passwd",
          "a/b/../../c",
          "a\\b",
          "a\0b",
          "a\nb",
          "a\rb",
          "a\tb",
          "a b",
          "",
          " ",
          "~root",
          "$(id)",
          "`id`",
          "a;b",
          "a|b",
          "a&b",
          "a*b",
          "a?b",
          "[a]",
          "{a}",
          "a'b",
          "a\"b",
          "<a>",
          "a#b",
          "\u001b[2J",
          "\u007f",
          "\u0085",
          "\u202eabc",
          "\u2066abc",
          "\u200b",
          "é",
          "İ",
          "ｗｅｂ",
          "🙂",
          "a\ud800",
          "x".repeat(300),
          "a..",
          "..a",
          "a.",
          ".a",
          "web/",
          "/web",
          "@",
          "a@b",
          "a=b",
          "a,b",
          "a+b",
          "!a",
          "^a",
          "a:..",
          "a:../b",
          "a:b:c",
          "a\u0000");

  @Test
  @DisplayName("S-PATH-04 hostile names of zones and images are refused and move no cursor")
  void hostileNamesAreRefused() {
    assertTrue(NAMES.size() >= 60, "only " + NAMES.size());
    List<List<String>> commands =
        List.of(
            List.of("get"),
            List.of("start"),
            List.of("delete"),
            List.of("logs"),
            List.of("image", "get"),
            List.of("image", "delete"),
            List.of("rename", "web"));
    try (Desk desk = new Desk()) {
      desk.typing("{\"brand\": \"native\", \"alias\": \"web\"}").polder("create").ok();
      for (List<String> command : commands) {
        for (String name : NAMES) {
          List<String> words = new ArrayList<>(command);
          words.add("--");
          words.add(name);
          Desk.Answer answer = desk.polder(words.toArray(new String[0]));
          assertFalse(answer.code() == 0, command + " accepted '" + name + "'");
          assertFalse(
              answer.err().chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)),
              () -> command + " printed a control character of '" + name + "'");
        }
      }
      assertEquals(1, desk.polder("list", "-q").ok().out().lines().count());
    }
  }

  @Test
  @DisplayName("S-PATH-04 leading dashes are options, not names")
  void dashesAreOptions() {
    try (Desk desk = new Desk()) {
      for (String name : List.of("-rf", "--", "-", "--force")) {
        assertFalse(desk.polder("delete", name).code() == 0, name);
      }
      assertEquals(2, desk.polder("cp", "a", "b").code());
      assertEquals(2, desk.polder("cp", "web:/a", "db:/b").code());
      assertEquals(2, desk.polder("cp", "../x:/a", "/tmp/polder-nothing").code());
    }
  }
}
