package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;
import polder.tests.harness.TestHost;

/** What a zone carries is never run by the host, whatever it is called. */
@Tag("kernel")
class ForeignCodeTest {
  /** Programs, and files that make a C library load code, as a host's tool would find them. */
  private static final String FORGE =
      """
      d="$1"; m="$2"; cd "$d"
      tar -xf "$3"
      mkdir -p usr/bin usr/sbin sbin usr/lib/gconv lib/x86_64-linux-gnu usr/lib/locale
      for n in xz gzip zstd tar ldconfig mount umount nft ip getent id passwd useradd strace java python3; do
        for p in bin sbin usr/bin usr/sbin; do
          rm -f $p/$n
          printf '#!/bin/busybox sh\\necho %s >> %s\\nexec /bin/busybox "%s" "$@"\\n' $n "$m" $n > $p/$n
          chmod 755 $p/$n
        done
      done
      printf '#include <fcntl.h>\\n__attribute__((constructor)) static void run(void) { open("%s.so", O_CREAT, 0600); }\\n' "$m" > m.c
      gcc -shared -fPIC -o lib/x86_64-linux-gnu/libnss_marker.so.2 m.c; rm m.c
      cp lib/x86_64-linux-gnu/libnss_marker.so.2 usr/lib/gconv/MARKER.so
      cp lib/x86_64-linux-gnu/libnss_marker.so.2 lib/x86_64-linux-gnu/libzstd.so.1
      echo /lib/x86_64-linux-gnu/libnss_marker.so.2 > etc/ld.so.preload
      printf 'passwd: marker files\\ngroup: marker files\\n' > etc/nsswitch.conf
      printf 'module MARKER// INTERNAL MARKER 1\\n' > usr/lib/gconv/gconv-modules
      tar --numeric-owner --owner=0 --group=0 -cJf "$d.tar.xz" .
      """;

  private @Nullable Process tracer;

  @BeforeEach
  void open() {
    for (String tool : List.of("strace", "gcc", "xz")) {
      Assumptions.assumeTrue(
          Files.isExecutable(Path.of("/usr/bin", tool)), "no " + tool + " to look with");
    }
  }

  @AfterEach
  void close() throws Exception {
    endTrace();
  }

  private void endTrace() throws InterruptedException {
    if (tracer != null) {
      tracer.destroy();
      tracer.waitFor();
      tracer = null;
    }
  }

  private void trace(TestHost host, Path into) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "strace",
                "-f",
                "-q",
                "-y",
                "-s",
                "300",
                "-e",
                "trace=execve,execveat,mmap",
                "-e",
                "signal=none",
                "-o",
                into.toString()));
    List<String> traced = new ArrayList<>();
    long daemon = host.daemonPid();
    traced.add(Long.toString(daemon));
    ProcessHandle.of(daemon).orElseThrow().children().forEach(c -> traced.add("" + c.pid()));
    traced.forEach(pid -> command.addAll(List.of("-p", pid)));
    Process started = Commands.start(Map.of(), command);
    tracer = started;
    TestHost.eventually(
        "strace has attached", () -> traced.stream().allMatch(pid -> isTraced(pid, started)));
  }

  private static boolean isTraced(String pid, Process tracer) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/status"))
          .contains("TracerPid:\t" + tracer.pid());
    } catch (IOException e) {
      return true; // a helper that has ended
    }
  }

  @Test
  @DisplayName("S-EXE-02 S-EXE-03 nothing that a zone or an image carries is run by the host")
  void theHostRunsNothingOfAZones(@TempDir Path temp) throws Exception {
    try (TestHost host = new TestHost()) {
      theHostRunsNothing(host, temp);
    }
  }

  private void theHostRunsNothing(TestHost host, Path temp) throws Exception {
    Path marker = temp.resolve("marker");
    Path trace = temp.resolve("trace");
    Path userland = Files.createDirectory(temp.resolve("userland"));
    Commands.run(
            Map.of(),
            new byte[0],
            List.of(
                "sh",
                "-euc",
                FORGE,
                "sh",
                userland.toString(),
                marker.toString(),
                Fixtures.busybox().toString()))
        .ok();
    trace(host, trace);
    host.polder(
            "image",
            "import",
            "--name",
            "forged",
            "-e",
            "LD_PRELOAD=/lib/x86_64-linux-gnu/libzstd.so.1",
            "-c",
            "/usr/bin/tar",
            "-c",
            "--version",
            temp.resolve("userland.tar.xz").toString())
        .ok();
    String lines = "i=0; while [ $i -lt 300 ]; do echo line $i of the log; i=$((i+1)); done";
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "forged",
            "alias",
            "forged",
            "user",
            "web",
            "cmd",
            List.of("/bin/sh", "-c", lines + "; exec sleep 1000"),
            "tags",
            Map.of("hook", "/usr/bin/tar", "shell", "$(touch " + marker + ")"),
            "healthcheck",
            Map.of("test", List.of("/usr/bin/xz", "--version"), "interval", 1)));
    host.polder("start", "forged").ok();
    Path file = Files.writeString(temp.resolve("file"), "text");
    host.polder("cp", file.toString(), "forged:/tmp/file").ok();
    host.polder("cp", "forged:/tmp/file", temp.resolve("back").toString()).ok();
    host.polder("cp", "forged:/usr/lib/gconv", temp.resolve("gconv").toString()).ok();
    for (String user : List.of("web", "nobody", "0", "web:extra")) {
      host.polder("exec", "-u", user, "forged", "/bin/busybox", "id").ok();
    }
    String itRuns =
        "mkdir -p %s; /usr/bin/xz --help 2>/dev/null; test -s %s && echo marked"
            .formatted(temp, marker);
    String said =
        host.polder("exec", "-u", "0", "forged", "/bin/busybox", "sh", "-c", itRuns).ok().text();
    assertEquals("marked", said, "the zone itself can run what it carries");
    host.polder("logs", "forged").ok();
    host.polder("stop", "--force", "forged");
    host.polder("cp", file.toString(), "forged:/tmp/file").ok();
    host.polder("start", "forged").ok();
    host.polder("delete", "--force", "forged").ok();
    host.polder("image", "delete", "forged").ok();
    endTrace();

    List<String> calls = Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
    assertTrue(calls.stream().anyMatch(c -> c.contains("execve(\"/bin/sh\"")), "nothing traced");
    String home = host.home().toString();
    assertEquals(
        List.of(),
        calls.stream()
            .filter(call -> call.contains("execve") || call.contains("PROT_EXEC"))
            .filter(call -> call.contains(home))
            .toList());
    assertFalse(Files.exists(marker), "a marker program ran on the host");
    assertFalse(Files.exists(Path.of(marker + ".so")), "a marker library was loaded by the host");
  }
}
