package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.ZoneProperties;

/** A zone whose root is hostile has terminals of its own kernel instance, and not all of them. */
@Tag("kernel")
@Timeout(value = 3_600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TerminalsKernelTest {
  private static final int TIMES = Boolean.getBoolean("polder.full") ? 200 : 20;
  private static final int ASKED = 4096;

  /** Puts whatever it can in the place of each name, again and again. */
  private static final String SWAP =
      """
      (trap '' HUP
      while :; do
        rm -f /dev/ptmx; ln -s /dev/null /dev/ptmx
        mv /dev/pts /dev/old; mkdir /dev/pts; ln -sfn /tmp /dev/pts
        mount --bind /dev/null /dev/pts/ptmx; mount --bind /tmp /dev/pts
        rm -f /dev/pts/ptmx /dev/pts/0; mv /dev/pts/0 /dev/pts/9; ln -sf /dev/null /dev/pts/1
        mv /dev/console /dev/was; rm -f /dev/console; ln -s /dev/zero /dev/console
        mount --bind /dev/null /dev/console
        rm -f /dev/tty; ln -s /dev/null /dev/tty
        rm -f /dev/ptmx; ln -s pts/ptmx /dev/ptmx
      done) < /dev/null > /dev/null 2>&1 &
      """;

  private static final String TELL =
      "read -r line; echo \"exec:$line $(stat -L -c %F:%t /proc/self/fd/0)"
          + " $(stat -f -c %t /proc/self/fd/0) $(tty)"
          + " $(stat -L -c %d /proc/self/fd/0)=$(stat -c %d /dev/pts)\"";

  /** 88 is 136, Unix98 terminals: Documentation/admin-guide/devices.txt; 1cd1 is devpts. */
  private static final Pattern TOLD =
      Pattern.compile(" character special file:88 1cd1 /dev/pts/[0-9]+ ([0-9]+)=([0-9]+)\r\n");

  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  private Session exec(String zone, boolean terminal, String... command) {
    return test.host()
        .zones()
        .exec(
            TestHost.ref(zone),
            new ExecSpec(
                List.of(command),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                terminal,
                terminal,
                0,
                0));
  }

  private static void type(Session session, String line) throws IOException {
    session.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    session.stdin().flush();
  }

  private static String readTo(InputStream shown, Pattern end) throws IOException {
    StringBuilder seen = new StringBuilder();
    byte[] buffer = new byte[1000];
    while (!end.matcher(seen).find()) {
      int got = shown.read(buffer);
      assertTrue(got > 0, () -> "it ended after: " + seen);
      seen.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
    }
    return seen.toString();
  }

  private void talksToItsTerminal(String zone, String word) throws IOException {
    try (Session session = exec(zone, true, "/bin/sh", "-c", TELL)) {
      type(session, word);
      String seen = readTo(session.stdout(), Pattern.compile("exec:" + word + " [^\n]*\n"));
      Matcher told = TOLD.matcher(seen);
      assertTrue(told.find(), seen);
      assertEquals(told.group(2), told.group(1), "not of the zone's own devpts: " + seen);
      assertEquals(0, session.await().code());
    }
  }

  @Test
  @DisplayName("S-PROC-09 whatever a zone puts in its place, its terminal is the kernel's own")
  void namesAreSwapped() throws IOException {
    test.run(
        TestHost.spec(
                "swapper", SWAP + "while read -r line; do echo \"main:$line\"; done; sleep 1000")
            .with(ZoneProperties.TTY, true));
    for (int i = 0; i < TIMES; i++) {
      String word = "word-" + i;
      talksToItsTerminal("swapper", word);
      try (Session console = test.host().zones().attach(TestHost.ref("swapper"))) {
        type(console, word);
        readTo(console.stdout(), Pattern.compile("main:" + word + "\r\n"));
      }
    }
  }

  @Test
  @DisplayName("S-PROC-09 a zone that takes all terminals it can get has a limit, and only it")
  void allAreTaken() throws IOException {
    test.run(TestHost.spec("greedy", "exec sleep 1000"));
    test.run(TestHost.spec("other", "exec sleep 1000"));
    String take =
        "ulimit -n $(ulimit -Hn); n=0; while [ $n -lt "
            + ASKED
            + " ] && exec {f}<>/dev/ptmx; do n=$((n + 1)); done 2> /tmp/why; "
            + "echo \"$n $(cat /tmp/why) end\"; exec sleep 1000";
    try (Session greedy = exec("greedy", false, "bash", "-c", take)) {
      String seen = readTo(greedy.stdout(), Pattern.compile(" end\n"));
      assertTrue(seen.matches("(?s)256 \\S.*: No space left on device end\n"), seen);
      PolderException refusal =
          assertThrows(PolderException.class, () -> talksToItsTerminal("greedy", "none"));
      assertEquals(ErrorKind.NO_ROOM, refusal.kind(), refusal.toString());
      assertEquals("fine\n0", test.exec("greedy", "echo fine"));
      talksToItsTerminal("other", "one");
      test.run(
          TestHost.spec("late", "read -r line; echo \"late:$line\"; exec sleep 1000")
              .with(ZoneProperties.TTY, true));
      try (Session console = test.host().zones().attach(TestHost.ref("late"))) {
        type(console, "two");
        readTo(console.stdout(), Pattern.compile("late:two\r\n"));
      }
      greedy.signal("KILL");
      var _ = greedy.await();
    }
    talksToItsTerminal("greedy", "again");
  }
}
