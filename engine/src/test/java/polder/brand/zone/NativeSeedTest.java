package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

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
}
