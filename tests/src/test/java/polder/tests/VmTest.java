package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.Figures;
import polder.tests.harness.Guest;
import polder.tests.harness.TestHost;

/** Virtual machines, through the command line. Guests are translated, so everything takes time. */
@Tag("kernel")
class VmTest {
  private static Guest guest;
  private static TestHost host;

  @BeforeAll
  static void makeHost() {
    guest = Guest.linux();
    host = new TestHost();
  }

  @AfterAll
  static void closeHost() {
    if (host != null) {
      host.close();
    }
  }

  private static Map<String, Object> payload(String alias, String word) {
    Map<String, Object> payload = new HashMap<>();
    payload.put("brand", "vm");
    payload.put("alias", alias);
    payload.put("ram", 128);
    payload.put("accel", "tcg");
    payload.put("kernel", guest.kernel().toString());
    payload.put("initrd", guest.initrd().toString());
    payload.put("cmdline", "console=ttyS0 quiet panic=-1 do=" + word);
    return payload;
  }

  private static String logs(String vm) {
    return host.polder("logs", vm).ok().out();
  }

  private static void says(String vm, String what) {
    await(vm + " says " + what, () -> logs(vm).contains(what));
  }

  private static void isDown(String vm) {
    await(vm + " is down", () -> "installed".equals(host.json("get", vm).get("zone_state")));
  }

  /** A guest that is translated, on a machine that others use, boots in 5 to 60 seconds. */
  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Figures.within(120).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(
          System.nanoTime() < end, "not in time: " + what + "\n" + host.polder("list").out());
      TestHost.rest(Duration.ofMillis(500));
    }
  }

  private static void refused(String part, String... words) {
    CommandResult result = host.polder(words);
    assertNotEquals(0, result.code());
    assertTrue((result.err() + result.out()).contains(part), result::toString);
  }

  @Test
  void bootsSaysSoAndPowersOff() {
    host.create(payload("off", "off"));
    host.polder("start", "off").ok();
    says("off", "guest is up");
    isDown("off");
    assertEquals("0", String.valueOf(host.json("get", "off").get("exit_status")));
    assertTrue(host.polder("list", "-p", "-H", "-o", "alias,type").ok().out().contains("off:VM"));
    host.polder("delete", "off").ok();
  }

  @Test
  @DisplayName(
      "S-VM-01 QEMU has a uid of its own, no capability, a filter, its own namespaces and limits")
  void runsConfinedIsPausedOutlivesTheDaemonAndIsStoppedByItsButton() throws IOException {
    String uuid = host.create(payload("wait", "wait"));
    host.polder("start", "wait").ok();
    says("wait", "guest waits");
    Path process = Path.of("/proc", String.valueOf(host.json("get", "wait").get("pid")));
    assertConfined(process);
    assertAloneWithItsSockets(process);
    refused("guest's", "exec", "wait", "true");
    refused("guest's", "cp", "wait:/etc/passwd", "-");
    refused("stop it first", "update", "wait", "ram=64");

    host.polder("pause", "wait").ok();
    assertEquals("true", String.valueOf(host.json("get", "wait").get("paused")));
    host.polder("resume", "wait").ok();

    host.killDaemon();
    Map<String, Object> after = host.json("get", uuid);
    assertEquals("running", after.get("zone_state"));
    assertEquals(process, Path.of("/proc", String.valueOf(after.get("pid"))), "the same QEMU");

    host.polder("stop", "wait").ok();
    assertTrue(logs("wait").contains("power button"), logs("wait"));
    assertEquals("0", String.valueOf(host.json("get", "wait").get("exit_status")));
    host.polder("delete", "wait").ok();
  }

  private static void assertConfined(Path process) throws IOException {
    Map<String, String> status = new HashMap<>();
    for (String line : Files.readAllLines(process.resolve("status"))) {
      status.put(
          line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1).strip());
    }
    assertEquals("qemu-system-x86", status.get("Name"));
    Set<String> uids = new TreeSet<>(List.of(String.valueOf(status.get("Uid")).split("\t", -1)));
    assertEquals(1, uids.size(), "real, effective, saved and of files");
    assertTrue(Long.parseLong(uids.iterator().next()) >= 1_000_000, uids.toString());
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertEquals("0000000000000000", status.get(set), set);
    }
    assertEquals("1", status.get("NoNewPrivs"));
    assertEquals("2", status.get("Seccomp"));
    assertTrue(Integer.parseInt(status.get("Seccomp_filters")) >= 2, "ours, and QEMU's own");
    for (String kind : List.of("mnt", "pid", "net", "uts", "ipc", "user", "cgroup")) {
      assertNotEquals(
          Files.readSymbolicLink(Path.of("/proc/self/ns", kind)),
          Files.readSymbolicLink(process.resolve("ns").resolve(kind)),
          kind);
    }
    String files =
        Files.readAllLines(process.resolve("limits")).stream()
            .filter(line -> line.startsWith("Max open files"))
            .findFirst()
            .orElseThrow();
    assertTrue(files.matches("Max open files +2048 +2048 .*"), files);
    try (Stream<Path> root = Files.list(process.resolve("root"))) {
      Set<String> names = new TreeSet<>(root.map(each -> each.getFileName().toString()).toList());
      names.removeAll(
          Set.of(
              "bin", "boot", "dev", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys",
              "usr"));
      assertEquals(Set.of(), names, "nothing else of anybody's");
    }
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      for (Path each : descriptors.toList()) {
        String target = Files.readSymbolicLink(each).toString();
        assertTrue(
            target.matches(
                "(pipe|socket|anon_inode):.*|/dev/null|.*/(stdin|stdout|stderr|in|out|err)"),
            target);
      }
    }
  }

  /** S-VM-04: its sockets are its own, nobody listens by IP, and they are hidden. */
  private static void assertAloneWithItsSockets(Path process) throws IOException {
    for (String table : List.of("tcp", "tcp6", "udp", "udp6", "raw", "packet")) {
      assertEquals(
          1,
          Files.readAllLines(process.resolve("net").resolve(table)).size(),
          "only a head: " + table);
    }
    Set<String> sockets =
        Files.readAllLines(process.resolve("net/unix")).stream()
            .filter(line -> line.contains("/"))
            .map(line -> line.substring(line.indexOf('/')))
            .collect(Collectors.toSet());
    assertEquals(Set.of("/run/qmp/qmp.sock", "/run/qmp/metadata.sock"), sockets);
    assertEquals(
        "drwx------",
        "d"
            + PosixFilePermissions.toString(
                Files.getPosixFilePermissions(process.resolve("root/run/qmp"))));
  }

  @Test
  void itsMachineTellsOfItselfIsLookedAtInterruptedAndReset() throws IOException {
    Map<String, Object> payload = payload("seen", "wait");
    payload.put("vga", "std");
    host.create(payload);
    refused("start it first", "vm", "reset", "seen");
    host.polder("start", "seen").ok();
    says("seen", "guest waits");

    Map<String, Object> told =
        Json.object(host.polder("vm", "info", "seen", "cpus", "status").ok().out());
    assertEquals(Set.of("status", "cpus"), told.keySet());
    assertEquals(true, Json.asObject(told.get("status")).get("running"));
    assertEquals(1, Json.asList(told.get("cpus")).size());
    assertEquals(8, Json.object(host.polder("vm", "info", "seen").ok().out()).size());
    refused("is no part of a machine", "vm", "info", "seen", "flux");

    Path file = host.home().resolve("screen.png");
    host.polder("vm", "screenshot", "seen", "-o", file.toString()).ok();
    BufferedImage picture = ImageIO.read(file.toFile());
    assertTrue(picture.getWidth() >= 640 && picture.getHeight() >= 400, picture::toString);

    host.polder("vm", "nmi", "seen").ok();
    says("seen", "NMI received");
    host.polder("vm", "reset", "seen").ok();
    await("it came up again", () -> logs("seen").split("guest waits", -1).length > 2);

    host.polder("pause", "seen").ok();
    refused("resume it first", "vm", "info", "seen");
    host.polder("delete", "--force", "seen").ok();
  }

  @Test
  void hearsWhatIsTypedOnItsConsole() throws Exception {
    Map<String, Object> payload = payload("echo", "echo");
    payload.put("open_stdin", true);
    host.create(payload);
    host.polder("start", "echo").ok();
    says("echo", "guest is up");
    Process attached = host.start("attach", "echo");
    attached.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.UTF_8));
    attached.getOutputStream().flush();
    says("echo", "guest heard hello");
    isDown("echo");
    attached.waitFor();
    host.polder("delete", "echo").ok();
  }

  @Test
  @DisplayName("R-VM-02 a guest that panics has failed, and one that reboots runs on")
  void panicsAndReboots() {
    host.create(payload("panic", "panic"));
    host.polder("start", "panic").ok();
    isDown("panic");
    assertEquals("1", String.valueOf(host.json("get", "panic").get("exit_status")), logs("panic"));
    host.polder("delete", "panic").ok();

    host.create(payload("again", "reboot"));
    host.polder("start", "again").ok();
    await("it came up twice", () -> logs("again").split("guest is up", -1).length > 2);
    assertEquals("running", host.json("get", "again").get("zone_state"));
    host.polder("delete", "--force", "again").ok();
  }

  @Test
  @DisplayName("R-VM-01 a QEMU that was stopped by a signal is gone when the grace is over")
  void deafQemuIsKilled() throws Exception {
    Map<String, Object> payload = payload("deaf", "wait");
    payload.put("stop_timeout", 1);
    host.create(payload);
    host.polder("start", "deaf").ok();
    host.polder("kill", "-s", "STOP", "deaf").ok();
    host.polder("stop", "deaf").ok();
    assertEquals("137", String.valueOf(host.json("get", "deaf").get("exit_status")));
    host.polder("delete", "deaf").ok();
  }

  @Test
  @DisplayName("S-VM-07 a kernel or first root that is a link or no regular file is not opened")
  void takesRegularFilesOnly() throws IOException {
    Path link = host.home().resolve("link");
    Files.createSymbolicLink(link, guest.kernel());
    Path directory = host.home().resolve("linked");
    Files.createSymbolicLink(directory, guest.kernel().getParent());
    for (Map.Entry<String, String> each :
        Map.of(
                link.toString(),
                "symbolic link",
                directory.resolve("vmlinuz").toString(),
                "symbolic link",
                "/dev/zero",
                "no regular file",
                "/etc",
                "no regular file",
                "/nothing/here",
                "no such file")
            .entrySet()) {
      for (String word : List.of("kernel", "initrd")) {
        Map<String, Object> payload = payload("links", "off");
        payload.put(word, each.getKey());
        CommandResult result =
            host.polderWith(
                Json.write(payload).getBytes(StandardCharsets.UTF_8), "create", "-f", "-");
        assertNotEquals(0, result.code(), each.getKey());
        assertTrue(result.err().contains(each.getValue()), result.err());
      }
    }
    assertFalse(host.polder("list").ok().out().contains("links"));
    Files.delete(link);
    Files.delete(directory);
  }

  /**
   * A boot sector: adds one to the first byte of the disk's second sector, says on the first serial
   * port how often it did that, and powers off.
   */
  private static final String BOOT_SECTOR =
      "31c08ed88ec08ed0bc007cb80102e83100fe060080b80103e82700be4d7ca000800006597cbafd03eca82074f8ac84"
          + "c07406baf803eeebedba0406b80020eff4ebfdb90200b600bb0080cd13c36469736b20626f6f74656420300a00";

  private static Path bootable() throws IOException {
    byte[] image = new byte[1 << 20];
    byte[] code = HexFormat.of().parseHex(BOOT_SECTOR);
    System.arraycopy(code, 0, image, 0, code.length);
    image[510] = 0x55;
    image[511] = (byte) 0xaa;
    return Files.write(host.home().resolve("boot.raw"), image);
  }

  private static void boots(String vm, String said) {
    host.polder("start", vm).ok();
    isDown(vm);
    assertEquals(said, logs(vm).strip().lines().reduce((_, last) -> last).orElse(""));
  }

  @Test
  @DisplayName(
      "S-VM-06 a vm boots from its disk, writes it, and snapshots and clones have it as it was")
  void bootsFromItsDisk() throws IOException {
    Path image = bootable();
    for (String model : List.of("virtio", "scsi", "ide", "nvme")) {
      Map<String, Object> payload = new HashMap<>();
      payload.put("brand", "kvm");
      payload.put("alias", model);
      payload.put("ram", 64);
      payload.put("machine", model.equals("ide") ? "pc" : "q35");
      payload.put(
          "disks",
          List.of(
              Map.of("size", 8),
              Map.of(
                  "path",
                  "system.raw",
                  "size",
                  4,
                  "model",
                  model,
                  "boot",
                  true,
                  "source",
                  image.toString())));
      host.create(payload);
      boots(model, "disk booted 1");
      boots(model, "disk booted 2");
      if (model.equals("virtio")) {
        host.polder("snapshot", "create", "virtio@twice").ok();
        boots("virtio", "disk booted 3");
        host.polder("clone", "virtio@twice", "copy").ok();
        boots("copy", "disk booted 3");
        host.polder("snapshot", "rollback", "virtio@twice").ok();
        boots("virtio", "disk booted 3");
        host.polder("delete", "copy").ok();
        refused("made with it", "update", "virtio", "disks=[{\"size\": 9}]");
      }
      host.polder("delete", model).ok();
    }
    Files.delete(image);
  }

  @Test
  @DisplayName(
      "S-IMG-13 a vm boots from what a qcow2 image has, if its payload says that it is one")
  void bootsFromAnImageOfQemus() throws IOException {
    Path image = bootable();
    Path packed = host.home().resolve("boot.qcow2");
    List<String> convert =
        List.of("qemu-img", "convert", "-c", "-O", "qcow2", image.toString(), packed.toString());
    Commands.run(Map.of(), new byte[0], convert).ok();
    Map<String, Object> payload = new HashMap<>();
    payload.put("brand", "vm");
    payload.put("alias", "packed");
    payload.put("ram", 64);
    payload.put("disks", List.of(Map.of("source", packed.toString(), "format", "qcow2")));
    host.create(payload);
    boots("packed", "disk booted 1");
    host.polder("delete", "packed").ok();

    payload.put("disks", List.of(Map.of("source", image.toString(), "format", "qcow2")));
    CommandResult result =
        host.polderWith(Json.write(payload).getBytes(StandardCharsets.UTF_8), "create", "-f", "-");
    assertNotEquals(0, result.code());
    assertTrue(result.err().contains("it is no qcow2 image"), result.err());
    assertFalse(host.polder("list").ok().out().contains("packed"), "nothing of it is left");
    Files.delete(packed);
    Files.delete(image);
  }

  @Test
  @DisplayName(
      "S-VM-07 what a disk begins as is a regular file without a link, no larger than the disk")
  void takesRegularFilesForDisks() throws IOException {
    Path image = bootable();
    Path link = Files.createSymbolicLink(host.home().resolve("boot-link.raw"), image);
    Path large = Files.write(host.home().resolve("large.raw"), new byte[(1 << 20) + 1]);
    for (Map.Entry<String, String> each :
        Map.of(
                link.toString(),
                "symbolic link",
                "/dev/zero",
                "no regular file",
                large.toString(),
                "more than the disk's size")
            .entrySet()) {
      Map<String, Object> payload = new HashMap<>();
      payload.put("brand", "vm");
      payload.put("alias", "wrong");
      payload.put("disks", List.of(Map.of("size", 1, "source", each.getKey())));
      CommandResult result =
          host.polderWith(
              Json.write(payload).getBytes(StandardCharsets.UTF_8), "create", "-f", "-");
      assertNotEquals(0, result.code(), each.getKey());
      assertTrue(result.err().contains(each.getValue()), result.err());
    }
    for (Path each : List.of(link, image, large)) {
      Files.delete(each);
    }
  }

  @Test
  void doctorTellsWhichAcceleratorsWork() {
    String found = host.polder("doctor").out();
    assertTrue(found.contains("accelerator kvm"), found);
    assertTrue(found.contains("accelerator tcg"), found);
  }
}
