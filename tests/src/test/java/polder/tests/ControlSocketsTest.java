package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/**
 * By what the daemon is controlled nobody in a zone gets hold of, not even one who got into the
 * host's network. No payload puts a zone there; the test puts a process there, as root, with a
 * zone's files.
 */
@Tag("kernel")
@Timeout(300)
class ControlSocketsTest {
  private static final String CONNECT =
      """
      import socket, sys
      for name in sys.argv[1:]:
          for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
              caller = socket.socket(socket.AF_UNIX, kind)
              caller.settimeout(10)
              try:
                  caller.connect('\\0' + name[1:] if name.startswith('@') else name)
                  print(name)
              except OSError:
                  pass
      """;

  @Test
  @DisplayName("S-NET-08 in the host's network no control socket can be used from a zone's files")
  void nobodyInTheHostsNetworkControlsAnything() throws Exception {
    try (TestHost host = new TestHost()) {
      run(host, Map.of("alias", "asker"));
      run(host, Map.of("alias", "console", "tty", true, "open_stdin", true));
      run(host, Map.of("alias", "fed", "open_stdin", true));
      host.polder("exec", "console", "true").ok();
      long daemon = host.daemonPid();
      Set<String> inodes = sockets(daemon);
      Path socket = host.home().resolve("run/api.sock");

      Set<String> ours = new TreeSet<>(Set.of(socket.toString()));
      Set<String> all = new TreeSet<>(ours); // the door was given its name after it was made
      for (String line : Files.readAllLines(Path.of("/proc/" + daemon + "/net/unix"))) {
        String[] fields = line.split(" +", 8);
        if (fields.length == 8 && !fields[7].isEmpty()) {
          all.add(fields[7]);
          if (inodes.contains(fields[6])) {
            ours.add(fields[7]);
          }
        }
      }
      for (String kind : List.of("tcp", "tcp6", "udp", "udp6", "raw", "packet")) {
        assertEquals(List.of(), inet(daemon, kind, inodes), kind);
      }

      Set<String> open = connected(List.of(), daemon, all);
      open.retainAll(ours); // some have names of the kernel's, and talk to one another alone
      assertEquals(Set.of(socket.toString()), open, "outside there is one door");
      String pid = host.polder("get", "asker", "pid").ok().out().strip();
      List<String> zone =
          List.of("--mount=/proc/" + pid + "/ns/mnt", "--root=/proc/" + pid + "/root");
      Set<String> reached = connected(zone, daemon, all);
      reached.retainAll(ours);
      assertEquals(Set.of(), reached, "from a zone's files");
      assertEquals(
          "no",
          call(zone, daemon, "sh", "-c", "test -e '" + host.home() + "' && echo there || echo no")
              .ok()
              .out()
              .strip(),
          "other zones' consoles and logs");
      // and no zone is there: each has a network of its own
      assertEquals(
          3,
          Stream.of("asker", "console", "fed")
              .map(name -> host.polder("get", name, "pid").ok().out().strip())
              .map(ControlSocketsTest::network)
              .filter(each -> !each.equals(network(String.valueOf(daemon))))
              .distinct()
              .count());
    }
  }

  private static void run(TestHost host, Map<String, Object> more) {
    Map<String, Object> payload = new java.util.LinkedHashMap<>(more);
    payload.put("brand", "native");
    payload.put("cmd", List.of("sleep", "100000"));
    host.create(payload);
    host.polder("start", String.valueOf(more.get("alias"))).ok();
  }

  /** The inodes of all sockets that the daemon and its helpers hold. */
  private static Set<String> sockets(long daemon) throws IOException {
    Set<String> inodes = new HashSet<>();
    List<Long> pids = new ArrayList<>(List.of(daemon));
    ProcessHandle.of(daemon).orElseThrow().descendants().forEach(each -> pids.add(each.pid()));
    for (long pid : pids) {
      String[] open = Path.of("/proc/" + pid + "/fd").toFile().list();
      for (String fd : open == null ? new String[0] : open) {
        try {
          String target = Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd", fd)).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring(8, target.length() - 1));
          }
        } catch (IOException e) {
          // it was closed meanwhile
        }
      }
    }
    assertTrue(inodes.size() > 1, "only " + inodes + " were looked at");
    return inodes;
  }

  private static List<String> inet(long daemon, String kind, Set<String> inodes)
      throws IOException {
    Path table = Path.of("/proc/" + daemon + "/net/" + kind);
    return !Files.exists(table)
        ? List.of()
        : Files.readAllLines(table).stream()
            .filter(line -> Stream.of(line.strip().split(" +")).anyMatch(inodes::contains))
            .toList();
  }

  private static Set<String> connected(List<String> place, long daemon, Set<String> names) {
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", CONNECT));
    command.addAll(names);
    String out = call(place, daemon, command.toArray(String[]::new)).ok().out();
    return new TreeSet<>(out.lines().toList());
  }

  /** Runs something in the network of the daemon's. */
  private static CommandResult call(List<String> place, long daemon, String... command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + daemon + "/ns/net"));
    all.addAll(place);
    all.addAll(List.of(command));
    return Commands.run(Map.of(), new byte[0], all);
  }

  private static String network(String pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
