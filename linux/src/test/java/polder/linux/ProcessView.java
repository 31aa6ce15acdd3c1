package polder.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What /proc says about a process, for tests. */
record ProcessView(int pid) {
  static ProcessView ourselves() {
    return new ProcessView((int) ProcessHandle.current().pid());
  }

  /** Its descriptors, and what they are open on. */
  Map<Integer, String> descriptors() {
    Map<Integer, String> found = new TreeMap<>();
    for (String number : list("fd")) {
      try {
        found.put(Integer.valueOf(number), Files.readSymbolicLink(path("fd/" + number)).toString());
      } catch (IOException e) {
        // closed meanwhile: our own directory stream is among ours
      }
    }
    return found;
  }

  /** A line of its status file, such as "SigBlk". */
  String status(String key) {
    return read("status")
        .lines()
        .filter(line -> line.startsWith(key + ":"))
        .map(line -> line.substring(key.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  /** What is mapped into its memory: a file, a name like "[stack]", or "anonymous". */
  List<String> mapped() {
    return read("maps")
        .lines()
        .map(line -> line.split(" +", 6))
        .map(fields -> fields.length < 6 || fields[5].isBlank() ? "anonymous" : fields[5].strip())
        .filter(name -> !name.startsWith("[v")) // the kernel's own: vdso, vvar, vsyscall
        .distinct()
        .sorted()
        .toList();
  }

  /** What a namespace link or the like points to. */
  String link(String name) {
    try {
      return Files.readSymbolicLink(path(name)).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String read(String name) {
    try {
      return new String(Files.readAllBytes(path(name)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Who owns its files in /proc: root unless it may be traced by its own user. */
  int owner() {
    try {
      return (int) Files.getAttribute(path("mem"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its children, zombies too. */
  List<ProcessView> children() {
    StringBuilder pids = new StringBuilder();
    for (String thread : list("task")) {
      try {
        pids.append(Files.readString(path("task/" + thread + "/children")));
      } catch (IOException e) {
        // the thread ended; its children are another thread's now, and there before they leave it
      }
    }
    return pids.toString()
        .lines()
        .flatMap(line -> Arrays.stream(line.split(" ")))
        .filter(text -> !text.isBlank())
        .map(text -> new ProcessView(Integer.parseInt(text)))
        .toList();
  }

  boolean exists() {
    return Files.exists(path(""));
  }

  char state() {
    return status("State").charAt(0);
  }

  /**
   * Waits until it has executed {@code program}, which sleeps. The report socket closes in the
   * midst of execve(2): name, memory and owner change after it, and the dynamic loader opens files.
   */
  void awaitSleeping(String program) {
    Eventually.is(
        program + " sleeps", () -> status("Name").equals(program) && state() == 'S', 10_000);
  }

  private String[] list(String name) {
    try (Stream<Path> entries = Files.list(path(name))) {
      return entries.map(entry -> entry.getFileName().toString()).toArray(String[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path path(String name) {
    return Path.of("/proc/" + pid, name);
  }
}
