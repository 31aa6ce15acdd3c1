package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.model.Brand;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class NativeSeedTest {
  @Test
  void personsPasswordsAndTheirGroupsStayOut() {
    var accounts =
        new HostAccounts(
            """
            root:$6$hash:0:0:root:/root:/bin/bash
            daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
            anna:x:1000:1000:Anna:/home/anna:/bin/bash
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            ldap:x:100000:1::/:/bin/sh
            broken:x
            +::::::
            """,
            """
            root:x:0:
            sudo:x:27:anna,root
            anna:x:1000:anna
            nogroup:x:65534:
            """);
    assertEquals(
        """
        root:x:0:0:root:/root:/bin/bash
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
        """,
        accounts.passwdText());
    assertEquals(
        """
        root:*:19000:0:99999:7:::
        daemon:*:19000:0:99999:7:::
        nobody:*:19000:0:99999:7:::
        """,
        accounts.shadowText());
    assertEquals("root:x:0:\nsudo:x:27:root\nnogroup:x:65534:\n", accounts.groupText());
    assertEquals("root:*::\nsudo:*::root\nnogroup:*::\n", accounts.gshadowText());
  }

  @Test
  void onlyWhatTheTableNamesIsCopied() {
    for (String name : List.of("profile", "pam.d", "java-17-openjdk", "python3.11", "localtime")) {
      assertTrue(NativeSeed.isCopied(name), name);
    }
    for (String name :
        List.of(
            "shadow",
            "gshadow",
            "passwd",
            "ssh",
            "ssl",
            "sudoers",
            "machine-id",
            "hostname",
            "resolv.conf",
            "krb5.keytab",
            "environment",
            "apt",
            "cron.d",
            "init.d",
            "docker",
            "NetworkManager",
            "wireguard",
            "postgresql",
            "fstab",
            "crypttab",
            "mysql",
            "profile~")) {
      assertFalse(NativeSeed.isCopied(name), name);
    }
  }

  @Test
  @Tag("kernel")
  @DisplayName("what is changed on the host is in the next zone, and no secret of it ever")
  void theNextZoneHasTheHostsFilesAsTheyAreThen(@TempDir Path temp) throws IOException {
    Path host = temp.resolve("host");
    Files.createDirectories(host.resolve("etc/profile.d"));
    Files.createDirectories(host.resolve("etc/skel"));
    Files.writeString(host.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(host.resolve("etc/group"), "root:x:0:\n");
    Files.writeString(host.resolve("etc/profile"), "one");
    Files.writeString(host.resolve("etc/profile.d/a.sh"), "a");
    Files.writeString(host.resolve("etc/skel/.bashrc"), "skel");
    Files.createSymbolicLink(host.resolve("etc/localtime"), Path.of("/usr/zone"));
    NativeSeed seed = new NativeSeed(host);

    Path first = fill(seed, temp.resolve("first"));
    assertEquals("one", Files.readString(first.resolve("etc/profile")));
    assertEquals("a", Files.readString(first.resolve("etc/profile.d/a.sh")));
    assertEquals("skel", Files.readString(first.resolve("root/.bashrc")));
    assertEquals(Path.of("/usr/zone"), Files.readSymbolicLink(first.resolve("etc/localtime")));
    assertEquals(01777, (int) Files.getAttribute(first.resolve("tmp"), "unix:mode") & 07777);

    Files.writeString(first.resolve("etc/profile"), "changed in the first zone");
    Files.writeString(host.resolve("etc/profile.d/b.sh"), "b");
    Files.writeString(host.resolve("etc/profile.d/api_key.sh"), "secret");
    Path second = fill(seed, temp.resolve("second"));
    assertEquals("one", Files.readString(second.resolve("etc/profile")));
    assertEquals("b", Files.readString(second.resolve("etc/profile.d/b.sh")));
    assertFalse(Files.exists(second.resolve("etc/profile.d/api_key.sh")));

    Files.writeString(host.resolve("etc/profile"), "two");
    Files.delete(host.resolve("etc/profile.d/a.sh"));
    Path third = fill(seed, temp.resolve("third"));
    assertEquals("two", Files.readString(third.resolve("etc/profile")));
    assertFalse(Files.exists(third.resolve("etc/profile.d/a.sh")));

    Files.setPosixFilePermissions(
        host.resolve("etc/profile"), PosixFilePermissions.fromString("rw-------"));
    Path fourth = fill(seed, temp.resolve("fourth"));
    assertFalse(Files.exists(fourth.resolve("etc/profile")), "what is closed is not copied");
    assertEquals(fourth, fill(seed, fourth), "a second time");
  }

  private static Path fill(NativeSeed seed, Path root) throws IOException {
    Files.createDirectories(root);
    try (Directory directory = Directory.open(root)) {
      seed.fill(directory, ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "web"));
    }
    return root;
  }
}
