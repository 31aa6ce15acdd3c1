package polder.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import polder.model.Host;

/** An engine in a JVM of its own that dies at a failpoint in the middle of one operation. */
final class CrashedEngine {
  private static final int KILLED = 137;

  private CrashedEngine() {}

  /** {@code HOME ROW FAILPOINTS}: exits with 0 if it comes through. */
  public static void main(String[] arguments) {
    HostPaths paths = HostPaths.below(Path.of(arguments[0]));
    CrashRow row = CrashRows.named(arguments[1]);
    Failpoints points = Failpoints.unarmed();
    Host host = Polder.open(paths, points);
    TestHost.awaitAutoboot(host);
    row.prepare().on(host);
    if (row.opens()) {
      host.close();
      points.arm(arguments[2]);
      host = Polder.open(paths, points);
    } else {
      points.arm(arguments[2]);
    }
    row.act().on(host);
    Runtime.getRuntime().halt(0); // without a farewell: what is done is done
  }

  /**
   * Runs it, and waits for its end.
   *
   * @return whether it died at the failpoint; and leaves no process behind
   */
  static boolean run(TestHost test, CrashRow row, String failpoints)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("nsenter", "--net=" + test.network()));
    command.add("setsid"); // whatever it leaves behind is known by its session
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            EngineDeathKernelTest.classPath(),
            CrashedEngine.class.getName(),
            test.home().toString(),
            row.name(),
            failpoints));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int code = process.waitFor();
    long session = process.pid();
    TestHost.eventually(
        "no process is left of an engine that died",
        () -> ProcessHandle.allProcesses().noneMatch(p -> session(p.pid()) == session));
    if (code != 0 && code != KILLED) {
      throw new AssertionError("%s at %s ended with %d".formatted(row, failpoints, code));
    }
    return code == KILLED;
  }

  private static long session(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return fields[0].equals("Z") ? 0 : Long.parseLong(fields[3]);
    } catch (IOException e) {
      return 0; // it has ended
    }
  }
}
