package polder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.model.Patch;
import polder.model.ZoneRef;

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

  /** What is no zone's name and a snapshot's all the same: it leads nowhere. */
  private static final Set<String> FIT = Set.of("a..", "a.", "a:..", "a:b:c");

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
            List.of("rename", "web"),
            List.of("snapshot", "get"),
            List.of("snapshot", "delete"),
            List.of("snapshot", "rollback"));
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
  @DisplayName("S-PATH-04 hostile names of snapshots are refused and move no cursor")
  void hostileNamesOfSnapshotsAreRefused() {
    List<String> some = NAMES.stream().filter(name -> !FIT.contains(name)).toList();
    try (Desk desk = new Desk()) {
      desk.typing("{\"brand\": \"native\", \"alias\": \"web\"}").polder("create").ok();
      for (String verb : List.of("create", "get", "rollback", "delete")) {
        for (String name : some) {
          Desk.Answer answer = desk.polder("snapshot", verb, "web@" + name);
          assertFalse(answer.code() == 0, verb + " accepted '" + name + "'");
          assertFalse(
              answer.err().chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)),
              () -> verb + " printed a control character of '" + name + "'");
        }
      }
      assertEquals("", desk.polder("snapshot", "list", "-q").ok().out());
    }
  }

  @Test
  @DisplayName("S-PATH-04 S-API-09 nobody's words move the cursor of who looks at them")
  void noWordsOfOthersReachTheTerminalRaw() {
    String bad = "\u202e\u2066\u2028x";
    String worse = bad + "\u009b2J\u0085\u001b[2J";
    String escaped = "a\\033]0;title\\007b\\033[2Jc\\033[31mred\\033[0m\\td\\2331m\\n";
    try (Desk desk = new Desk()) {
      desk.onScreen().with(Map.of("NO_COLOR", "1", "COLUMNS", "200", "POLDER_LOG", "debug"));
      Map<String, Object> payload =
          Map.of(
              "brand",
              "native",
              "alias",
              "web",
              "billing_id",
              bad,
              "tags",
              Map.of("role" + bad, bad),
              "customer_metadata",
              Map.of("k", bad),
              "env",
              Map.of("A", bad),
              "cmd",
              List.of("printf", escaped));
      desk.typing(Json.write(payload)).polder("create").ok();
      desk.polder("start", "web").ok();
      desk.polder("wait", "web");
      desk.host()
          .zones()
          .update(new ZoneRef("web"), new Patch(Map.of("tags", Map.of(bad, 1L))), false);
      List<List<String>> commands =
          List.of(
              List.of("list", "-o", "alias,tags,billing_id,env,cmd"),
              List.of("list", "-p", "-o", "alias,tags,billing_id,env,cmd"),
              List.of("list", "-j"),
              List.of("list", worse + "=x"),
              List.of("list", "-o", worse),
              List.of("get", "web"),
              List.of("get", "web", "billing_id"),
              List.of("get", "web", "tags"),
              List.of("get", "web", worse),
              List.of("lookup", "billing_id=" + worse),
              List.of("events"),
              List.of("events", "-j"),
              List.of("logs", "web"),
              List.of("logs", "-t", "web"),
              List.of("logs", "-j", "web"),
              List.of("update", "-n", "web", "billing_id=" + worse),
              List.of("update", "web", worse + "=1"),
              List.of("exec", "web", worse),
              List.of("cp", "web:/" + worse, "/tmp/polder-none/x"),
              List.of("image", "import", "--name", worse, "/none" + worse),
              List.of("run", "--name", worse, "x"),
              List.of(worse),
              List.of("--" + worse));
      for (List<String> command : commands) {
        Desk.Answer answer = desk.polder(command.toArray(new String[0]));
        for (String text : List.of(answer.out(), answer.err())) {
          String seen = text.replaceAll("\u001b\\[[0-9;]*m", "");
          assertFalse(
              seen.chars()
                  .anyMatch(
                      c ->
                          (c != '\n' && c != '\t' && Character.isISOControl(c))
                              || (c >= 0x2028 && c <= 0x202e)
                              || (c >= 0x2066 && c <= 0x2069)),
              () -> command + " printed " + Json.write(text));
        }
      }
      assertEquals(
          "a?]0;title?b?[2Jc\u001b[31mred\u001b[0m\td?1m\u001b[0m\n",
          desk.polder("logs", "web").ok().out());
    }
    try (Desk desk = new Desk()) {
      desk.typing(Json.write(Map.of("alias", "web", "cmd", List.of("printf", "\\033[2J\\n"))))
          .polder("create")
          .ok();
      desk.polder("start", "web").ok();
      desk.polder("wait", "web");
      assertEquals("\u001b[2J\n", desk.polder("logs", "web").ok().out(), "a pipe gets it as it is");
      String all = "x".repeat(3000);
      desk.polder("update", "web", "billing_id=" + all).ok();
      assertEquals(all, desk.polder("list", "-p", "-o", "billing_id").ok().out().strip());
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
