package polder.tests.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Userlands that tests make zones from; made once and kept in the build directory. */
public final class Fixtures {
  /** The project's root. */
  public static final Path ROOT =
      Path.of(System.getProperty("polder.root", "..")).toAbsolutePath().normalize();

  private static final Path KEPT = ROOT.resolve("tests/target/fixtures");

  private Fixtures() {}

  /** A few hundred kilobytes: Debian's static busybox with links for all it can do. */
  public static Path busybox() {
    Path busybox = Path.of("/bin/busybox");
    Assumptions.assumeTrue(
        Files.isExecutable(busybox), "no /bin/busybox: apt install busybox-static");
    return made(
        "busybox.tar",
        List.of(
            "sh",
            "-euc",
            """
            d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; chmod 755 "$d"
            mkdir -p "$d"/bin "$d"/etc "$d"/proc "$d"/sys "$d"/dev "$d"/tmp "$d"/root "$d"/var
            chmod 1777 "$d"/tmp; chmod 700 "$d"/root
            cp /bin/busybox "$d"/bin/busybox
            for a in $(/bin/busybox --list); do [ -e "$d/bin/$a" ] || ln -s busybox "$d/bin/$a"; done
            printf 'root:x:0:0:root:/root:/bin/sh\\nnobody:x:65534:65534:nobody:/:/bin/false\\nweb:x:1000:1000::/:/bin/sh\\n' >"$d"/etc/passwd
            printf 'root:x:0:\\nnogroup:x:65534:\\nweb:x:1000:\\nextra:x:2000:web\\n' >"$d"/etc/group
            tar -C "$d" --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 -cf "$0" .
            """));
  }

  /** A minimal Debian with python3, from Debian's own packages: what the probe runs in. */
  public static Path debian() {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/mmdebstrap")),
        "no mmdebstrap: apt install mmdebstrap");
    return made(
        "debian-python3.tar",
        List.of(
            "sh",
            "-euc",
            "exec mmdebstrap --quiet --variant=minbase --include=python3 --format=tar"
                + " bookworm \"$0\" >&2"));
  }

  private static Path made(String name, List<String> script) {
    Path kept = KEPT.resolve(name);
    try {
      if (!Files.exists(kept)) {
        Files.createDirectories(KEPT);
        Path fresh = Files.createTempFile(KEPT, name, ".part.tar");
        List<String> command = new java.util.ArrayList<>(script);
        command.add(fresh.toString());
        CommandResult result = Commands.run(java.util.Map.of(), new byte[0], command);
        result.ok();
        Files.move(fresh, kept, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      }
      return kept;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
