package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.api.client.RemoteHost;
import polder.model.Json;
import polder.model.PolderException;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Fixtures;
import polder.tests.harness.TestHost;

/** What is entrusted to the daemon, and the way to it, is nobody else's to see. */
@Tag("kernel")
@Timeout(600)
class SecretsTest {
  private static final String SECRET = "s3cr3t";

  @Test
  @DisplayName("S-API-14 at the log's highest level no secret is in log, events, journal, argv")
  void secretsStayWhereTheyBelong() throws Exception {
    try (TestHost host = new TestHost()) {
      Path log = debugDaemon(host);
      Set<String> seen = new ConcurrentSkipListSet<>();
      Thread watcher = Thread.ofPlatform().daemon().start(() -> watch(seen));
      host.importBusybox();
      List<CommandResult> said = new ArrayList<>();
      Map<String, Object> payload =
          Map.of(
              "brand",
              "lx",
              "image",
              "busybox",
              "alias",
              "a",
              "cmd",
              List.of("sleep", "100000"),
              "env",
              Map.of("PASSWORD", SECRET + "-env"),
              "customer_metadata",
              Map.of("root_authorized_keys", SECRET + "-key"),
              "internal_metadata",
              Map.of("root_pw", SECRET + "-pw"));
      said.add(host.polderWith(bytes(Json.write(payload)), "create", "-f", "-"));
      said.add(host.polder("start", "a"));
      String exec =
          "{\"command\":[\"sleep\",\"1\"],\"env\":{\"TOKEN\":\"%s-exec\"}}".formatted(SECRET);
      said.add(host.polder("exec", "-e", "TOKEN=x", "a", "true"));
      try (var session =
          RemoteHost.open(host.home().resolve("run/api.sock"))
              .zones()
              .exec(
                  new polder.model.ZoneRef("a"),
                  polder.model.json.ExecJson.readExec(Json.read(exec)))) {
        assertEquals(0, session.await().code());
      }
      String patch = "{\"set_customer_metadata\":{\"k\":\"%s-patch\"}}".formatted(SECRET);
      host.polderWith(bytes(patch), "update", "-f", "-", "a").ok();
      host.polderWith(
              bytes("{\"env\":{\"P\":\"%s-new\"}}".formatted(SECRET)), "update", "-f", "-", "a")
          .ok();
      said.add(host.polder("reboot", "a"));
      for (String refused :
          List.of(
              "{\"env\":{\"P\":%s-token}}",
              "{\"env\":{\"P\":[\"%s-list\"]}}",
              "{\"env\":\"%s-text\"}",
              "{\"env\":{\"P\":\"%s\\u0007\"}}",
              "{\"internal_metadata\":{\"root_pw\":[\"%s\"]}}",
              "{\"internal_metadata\":\"%s\"}",
              "{\"env\":{\"P\":\"%s",
              "{\"image\":\"none\",\"env\":{\"P\":\"%s-image\"}}")) {
        CommandResult result =
            host.polderWith(bytes(refused.formatted(SECRET)), "create", "-f", "-");
        assertFalse(result.code() == 0, refused);
        said.add(result);
      }
      said.add(host.polder("stop", "--force", "a"));
      said.add(host.polder("list", "-o", "alias,state,cmd"));
      said.add(host.polder("events"));
      said.add(host.polder("events", "-j"));
      said.add(host.polder("info"));
      said.add(host.polder("doctor"));
      said.add(host.polder("fsck"));
      said.add(host.polder("logs", "a"));
      watcher.interrupt();
      watcher.join();

      assertEquals(Set.of(), seen, "processes whose arguments tell it");
      for (CommandResult result : said) {
        assertFalse((result.out() + result.err()).contains(SECRET), result.toString());
      }
      assertTrue(Files.size(log) > 0);
      assertEquals(List.of(), tellers(host.home()), "files");
    }
  }

  @Test
  @DisplayName("S-API-16 the socket is root's, 0660 or less, below a closed directory, in no zone")
  void theSocketIsSeenByNobody() throws Exception {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      Path socket = host.home().resolve("run/api.sock");
      assertEquals(
          "rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
      assertEquals(0, Files.getAttribute(socket, "unix:uid"));
      String run = PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent()));
      assertTrue(Set.of("rwx------", "rwxr-x---").contains(run), run);
      for (String payload :
          List.of(
              "{\"brand\":\"lx\",\"image\":\"busybox\",\"alias\":\"lx\",\"cmd\":[\"sleep\",\"1000\"]}",
              "{\"brand\":\"native\",\"alias\":\"native\",\"cmd\":[\"sleep\",\"1000\"]}")) {
        String zone = host.create(Json.object(payload));
        host.polder("start", zone).ok();
        String sockets = host.polder("exec", zone, "find", "/", "-xdev", "-type", "s").out();
        // its own, by which it asks for its metadata, is another's
        assertEquals("", sockets.replace("/.zonecontrol/metadata.sock", "").strip(), payload);
        String named = host.polder("exec", zone, "cat", "/proc/net/unix").ok().out();
        assertFalse(named.contains("polder") || named.contains("api.sock"), named);
        assertEquals("", host.polder("exec", zone, "find", "/", "-name", "api.sock").out().strip());
      }
    }
  }

  /** The daemon of the host is ended, and one that logs all it can is started. */
  private static Path debugDaemon(TestHost host) throws Exception {
    long pid = host.daemonPid();
    ProcessHandle first = ProcessHandle.of(pid).orElseThrow();
    first.destroy();
    first.onExit().get(20, TimeUnit.SECONDS);
    Path log = host.home().resolve("log/debug.log");
    ProcessBuilder builder =
        new ProcessBuilder("setsid", Fixtures.ROOT.resolve("polder").toString(), "daemon")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("POLDER_HOME", host.home().toString());
    builder.environment().put("POLDER_NO_BUILD", "1");
    builder.environment().put("POLDER_LOG", "debug");
    builder.start();
    TestHost.eventually(
        "the daemon answers",
        () -> {
          try {
            return RemoteHost.open(host.home().resolve("run/api.sock")).info().daemonPid() != pid;
          } catch (PolderException e) {
            return false;
          }
        });
    return log;
  }

  private static void watch(Set<String> seen) {
    while (!Thread.currentThread().isInterrupted()) {
      try (Stream<Path> all = Files.list(Path.of("/proc"))) {
        all.filter(path -> Character.isDigit(String.valueOf(path.getFileName()).charAt(0)))
            .forEach(
                path -> {
                  try {
                    String line =
                        Files.readString(path.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                    if (line.contains(SECRET)) {
                      seen.add(line.replace('\0', ' '));
                    }
                  } catch (IOException e) {
                    // it ended while we looked
                  }
                });
        Thread.sleep(5);
      } catch (IOException e) {
        seen.add("cannot look: " + e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Files that hold a secret and are not a zone's own record, closed to all but root. */
  private static List<String> tellers(Path home) throws IOException {
    Set<String> tellers = new TreeSet<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(home)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET)) {
        Path place = home.relativize(file);
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        if (!place.startsWith("state/zones") || !mode.equals("rw-------")) {
          tellers.add(place + " " + mode);
        }
      }
    }
    return List.copyOf(tellers);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
