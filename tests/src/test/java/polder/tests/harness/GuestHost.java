package polder.tests.harness;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A host of another kind than this one: Debian, with its own kernel, control groups of version 2
 * alone, and this very build on a disk, in a QEMU that translates. Tests run there as they do here.
 * What it writes to its disks is forgotten.
 */
public final class GuestHost {
  /** How a line begins that {@link InGuest} says. */
  static final String MARK = "guest: ";

  private static final Path KEPT = Fixtures.ROOT.resolve("tests/target/fixtures/guest");

  /** What is first there when the kernel has mounted its root. */
  private static final String BOOT =
      """
      #!/bin/bash
      export PATH=/usr/sbin:/usr/bin HOME=/root
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t devtmpfs devtmpfs /dev
      mkdir -p /dev/pts /dev/shm /opt/build /etc/ssl/certs
      mount -t devpts devpts /dev/pts
      mount -t tmpfs tmpfs /dev/shm
      mount -t tmpfs tmpfs /run
      mount -t cgroup2 cgroup2 /sys/fs/cgroup
      mount -t ext4 /dev/vdb /opt/build
      busybox ip link set lo up
      cd /opt/build
      java=(/usr/lib/jvm/jdk/bin/java @options -cp "$(<path)")
      "${java[@]}" polder.tests.harness.InGuest $(<tests)
      busybox poweroff -f
      """;

  private GuestHost() {}

  /**
   * Boots it, runs tests, and powers it off.
   *
   * @param tests classes, or a class and a method with {@code #} between
   * @param limit how long it may take
   * @return {@code passed NAME}, {@code skipped NAME: WHY}, {@code failed NAME: WHY} for each, and
   *     at last {@code done}
   */
  public static List<String> run(List<String> tests, Duration limit) {
    Guest guest = Guest.linux();
    try {
      Path root = root();
      Path build = Files.createTempFile(KEPT, "build", ".img");
      try {
        build(tests, build);
        return boot(guest, root, build, limit);
      } finally {
        Files.delete(build);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while a guest ran tests", e);
    }
  }

  /** Debian and the JDK; made once for each JDK. */
  private static Path root() throws IOException {
    Path root = KEPT.resolve("root-%s.img".formatted(Runtime.version()));
    if (!Files.exists(root)) {
      Path fresh = Files.createTempFile(KEPT, "root", ".part");
      shell(
          """
          d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; chmod 755 "$d"
          tar -C "$d" -xf "$1"
          cp /bin/busybox "$d/usr/bin/"
          mkdir -p "$d/usr/lib/jvm/jdk"
          cp -a "$2/bin" "$2/conf" "$2/lib" "$2/release" "$d/usr/lib/jvm/jdk/"
          rm -f "$d/usr/lib/jvm/jdk/lib/src.zip" "$d/usr/lib/jvm/jdk/lib/ct.sym"
          printf '%s' "$3" > "$d/boot-test"; chmod 755 "$d/boot-test"
          truncate -s 3G "$0"
          mkfs.ext4 -q -F -d "$d" "$0"
          """,
          fresh.toString(), Fixtures.debian().toString(), System.getProperty("java.home"), BOOT);
      Files.move(fresh, root);
    }
    return root;
  }

  /** A disk with all that is on the class path here, and the tests of the modules below. */
  private static void build(List<String> tests, Path image) throws IOException {
    List<String> places = new ArrayList<>();
    for (String module : List.of("linux", "model", "engine")) {
      places.add(Fixtures.ROOT.resolve(module).resolve("target/test-classes").toString());
    }
    String path = System.getProperty("surefire.test.class.path");
    path = path == null ? System.getProperty("java.class.path") : path;
    places.addAll(List.of(path.split(File.pathSeparator)));
    places.removeIf(place -> !Files.exists(Path.of(place))); // of a module that has tests only
    Path list = Files.createTempFile(KEPT, "build", ".list");
    try {
      Files.write(list, places);
      shell(
          """
          d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; chmod 755 "$d"
          i=100; path=
          while read -r place; do
            i=$((i + 1))
            cp -a "$place" "$d/$i"
            path=$path:/opt/build/$i
          done < "$1"
          echo "${path#:}" > "$d/path"
          echo "$2" > "$d/tests"
          echo "$3" > "$d/options"
          truncate -s 512M "$0"
          mkfs.ext4 -q -F -d "$d" "$0"
          """,
          image.toString(),
          list.toString(),
          String.join(" ", tests),
          "--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m");
    } finally {
      Files.delete(list);
    }
  }

  private static void shell(String script, String... words) {
    List<String> command = new ArrayList<>(List.of("sh", "-euc", script));
    command.addAll(List.of(words));
    Commands.run(Map.of(), new byte[0], command).ok();
  }

  private static List<String> boot(Guest guest, Path root, Path build, Duration limit)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("qemu-system-x86_64", "-nodefaults", "-no-user-config"));
    command.addAll(List.of("-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1536"));
    command.addAll(List.of("-kernel", guest.kernel().toString()));
    command.addAll(List.of("-initrd", guest.initrd().toString()));
    command.addAll(List.of("-append", "console=ttyS0 quiet panic=-1 do=root"));
    command.addAll(List.of("-snapshot", "-no-reboot", "-display", "none", "-serial", "stdio"));
    for (Path disk : List.of(root, build)) {
      command.addAll(List.of("-drive", "format=raw,if=virtio,file=" + disk));
    }
    Process qemu = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> all = new ArrayList<>();
    Thread reader = Thread.ofPlatform().daemon().start(() -> read(qemu, all));
    try {
      boolean ended = qemu.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
      qemu.destroyForcibly().waitFor();
      reader.join();
      List<String> told =
          all.stream()
              .filter(line -> line.startsWith(MARK))
              .map(line -> line.substring(MARK.length()))
              .toList();
      if (!ended || !told.contains("done")) {
        throw new AssertionError(
            "the guest %s:\n%s"
                .formatted(
                    ended ? "ended early" : "did not end within " + limit, String.join("\n", all)));
      }
      if (told.stream().anyMatch(line -> line.startsWith("failed "))) {
        System.err.println(String.join("\n", all));
      }
      return told;
    } finally {
      qemu.destroyForcibly();
    }
  }

  private static void read(Process qemu, List<String> all) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(qemu.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().map(String::strip).forEach(all::add);
    } catch (IOException | UncheckedIOException e) {
      all.add("its console was cut off: " + e.getMessage());
    }
  }
}
