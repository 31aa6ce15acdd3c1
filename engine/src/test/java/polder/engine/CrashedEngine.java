package polder.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import polder.model.Host;

/** An engine in a JVM of its own that dies at a failpoint in the middle of one operation. */
final class CrashedEngine {
  private static final int KILLED = 137;
  private static final Pattern PLACE = Pattern.compile("any\\.([0-9]+)=kill");

  private static volatile List<String> options = List.of();
  private static volatile String classPath = EngineDeathKernelTest.classPath();

  private CrashedEngine() {}

  /** {@code HOME ROW FAILPOINTS}: exits with 0 if it comes through. */
  public static void main(String[] arguments) throws InterruptedException {
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
    awaitPlace(points, arguments[2]);
    if (Boolean.getBoolean("polder.rehearsal")) {
      System.exit(0); // the JVM writes its archive down
    }
    Runtime.getRuntime().halt(0); // without a farewell: what is done is done
  }

  /** What an operation has begun may still go on: the place to die at is come by yet. */
  private static void awaitPlace(Failpoints points, String failpoint) throws InterruptedException {
    Matcher place = PLACE.matcher(failpoint);
    if (place.matches()) {
      int wanted = Integer.parseInt(place.group(1));
      TestHost.eventually("it comes by place " + wanted, () -> points.passed() >= wanted);
      Thread.sleep(Figures.within(10)); // it is counted a moment before we die there
    }
  }

  /**
   * Has the JVM keep the classes that an engine takes, as it has them in memory and linked: those
   * that are started afterwards are there in half the time. See java(1), Ahead-of-Time Cache.
   */
  static void rehearse(TestHost test) throws IOException, InterruptedException {
    Path archive = Files.createTempDirectory("polder-classes-");
    archive.toFile().deleteOnExit(); // after what is in it, which is told later
    List<String> jars = new ArrayList<>();
    for (String part : EngineDeathKernelTest.classPath().split(":")) {
      Path place = Path.of(part);
      if (Files.isDirectory(place)) {
        Path jar = archive.resolve(jars.size() + ".jar");
        pack(place, jar);
        place = jar;
      }
      if (Files.exists(place)) {
        jars.add(place.toString());
      }
    }
    classPath = String.join(":", jars);
    Path classes = archive.resolve("classes.aot");
    test.letGo();
    options = List.of("-XX:AOTCacheOutput=" + classes, "-Dpolder.rehearsal=true");
    var _ = run(test, CrashRows.named("Zones.start native"), "");
    options = List.of("-XX:AOTCache=" + classes);
    test.openClosed(Failpoints.NONE);
    try (Stream<Path> files = Files.list(archive)) {
      files.forEach(file -> file.toFile().deleteOnExit());
    }
  }

  private static void pack(Path tree, Path jar) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> all = Files.walk(tree)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(tree.relativize(file).toString()));
        Files.copy(file, out);
      }
    }
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
            "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp",
            classPath,
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
