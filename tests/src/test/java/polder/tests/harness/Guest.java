package polder.tests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import polder.compare.Cpio;

/**
 * A small Linux for virtual machines: Debian's kernel for clouds, taken from its package without
 * installing it, and a first root of busybox alone. Made once and kept in the build directory.
 *
 * <p>When it is up it says so, and then does what {@code do=WORD} on its command line says: {@code
 * off} powers it off, {@code panic} panics, {@code reboot} reboots, {@code echo} says the line that
 * it hears and powers off, {@code wait} waits for the power button, {@code shell} does what it
 * hears line by line and says {@code =CODE=} after each, with drivers for paravirtual cards and
 * disks, {@code root} goes on with {@code /boot-test} on its first disk.
 *
 * @param kernel the kernel's file
 * @param initrd the first root's file
 */
public record Guest(Path kernel, Path initrd) {
  private static final Path KEPT = Fixtures.ROOT.resolve("tests/target/fixtures/guest");

  /** In the order in which one needs the other. */
  private static final List<String> DRIVERS =
      List.of(
          "drivers/virtio/virtio_ring",
          "drivers/virtio/virtio",
          "drivers/virtio/virtio_pci_legacy_dev",
          "drivers/virtio/virtio_pci_modern_dev",
          "drivers/virtio/virtio_pci",
          "net/core/failover",
          "drivers/net/net_failover",
          "drivers/net/virtio_net",
          "drivers/block/virtio_blk",
          "drivers/cdrom/cdrom",
          "fs/isofs/isofs",
          "fs/overlayfs/overlay",
          "net/netfilter/nfnetlink");

  private static final List<String> BUTTONS =
      List.of(
          "drivers/acpi/button",
          "drivers/input/evdev",
          "drivers/misc/pvpanic/pvpanic",
          "drivers/misc/pvpanic/pvpanic-mmio");

  private static final String INIT =
      """
      #!/bin/busybox sh
      /bin/busybox --install -s /bin
      export PATH=/bin
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t devtmpfs devtmpfs /dev
      for module in $BUTTONS; do insmod /modules/$module.ko; done
      echo "guest is up"
      for word in $(cat /proc/cmdline); do
        case $word in
          do=off) poweroff -f ;;
          do=panic) echo c > /proc/sysrq-trigger ;;
          do=reboot) reboot -f ;;
          do=echo) read line; echo "guest heard $line"; poweroff -f ;;
          do=wait)
            for button in /dev/input/event*; do
              (dd if=$button of=/dev/null bs=24 count=1 2> /dev/null
               echo "power button"; poweroff -f) &
            done
            echo "guest waits"
            wait ;;
          do=shell)
            for module in $DRIVERS; do insmod /modules/$module.ko; done
            stty -echo
            echo "guest listens"
            while read -r line; do eval "$line"; echo "=$?="; done ;;
          do=root)
            for module in $DRIVERS; do insmod /modules/$module.ko; done
            mount -t ext4 /dev/vda /root
            umount /proc /sys /dev
            exec switch_root /root /boot-test ;;
        esac
      done
      sleep 100000
      """;

  /** Whether there is a QEMU. */
  public static boolean hasQemu() {
    return Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64"));
  }

  /** The test is skipped where there is no QEMU. */
  public static void assumeQemu() {
    Assumptions.assumeTrue(hasQemu(), "no QEMU: apt install qemu-system-x86");
  }

  /** It, or the test is skipped where it or QEMU is missing. */
  public static Guest linux() {
    assumeQemu();
    Path busybox = Path.of("/bin/busybox");
    Assumptions.assumeTrue(
        Files.isExecutable(busybox), "no /bin/busybox: apt install busybox-static");
    try {
      Path kernel = KEPT.resolve("vmlinuz");
      Path initrd = KEPT.resolve("initrd");
      if (!Files.exists(kernel) || !Files.exists(KEPT.resolve("nfnetlink.ko"))) {
        Files.createDirectories(KEPT);
        fetch();
      }
      Cpio cpio = new Cpio();
      for (String directory : List.of("bin", "dev", "modules", "proc", "root", "sys")) {
        cpio.directory(directory);
      }
      cpio.file(
          "init",
          0755,
          INIT.replace("$BUTTONS", names(BUTTONS))
              .replace("$DRIVERS", names(DRIVERS))
              .getBytes(StandardCharsets.UTF_8));
      cpio.file("bin/busybox", 0755, Files.readAllBytes(busybox));
      for (Path module : modules()) {
        cpio.file("modules/" + module.getFileName(), 0644, Files.readAllBytes(module));
      }
      Files.write(initrd, cpio.bytes());
      return new Guest(kernel, initrd);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String names(List<String> drivers) {
    return drivers.stream()
        .map(each -> each.substring(each.lastIndexOf('/') + 1))
        .collect(Collectors.joining(" "));
  }

  private static List<Path> modules() throws IOException {
    try (Stream<Path> modules = Files.list(KEPT)) {
      return modules.filter(each -> each.toString().endsWith(".ko")).sorted().toList();
    }
  }

  /** The kernel comes last: if it is there, all is. */
  private static void fetch() {
    CommandResult result =
        Commands.run(
            Map.of(),
            new byte[0],
            Stream.of(
                    Stream.of(
                        "sh",
                        "-euc",
                        """
                d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; cd "$d"
                package=$(apt-cache depends linux-image-cloud-amd64 |
                  sed -n 's/^ *Depends: *\\(linux-image-.*\\)/\\1/p' | head -n 1)
                apt-get download -qq "$package" 2> /dev/null
                dpkg-deb -x ./*.deb .
                for module in "$@"; do
                  cp lib/modules/*/kernel/$module.ko "$0"
                done
                cp boot/vmlinuz-* "$0/vmlinuz.part"
                mv "$0/vmlinuz.part" "$0/vmlinuz"
                """,
                        KEPT.toString()),
                    BUTTONS.stream(),
                    DRIVERS.stream())
                .flatMap(each -> each)
                .toList());
    Assumptions.assumeTrue(
        result.code() == 0, "no kernel for a guest, from Debian's packages: " + result.err());
  }
}
