package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import polder.model.PolderException;

class AccountsTest {
  private static final Accounts ACCOUNTS =
      new Accounts(
          """
          root:x:0:0:root:/root:/bin/sh
          app:x:1000:1001:app:/home/app:/bin/sh
          odd:x:7:7::not a path:/bin/sh
          far:x:70000:0::/:/bin/sh
          short:x:0
          1234:x:5:5::/five:/bin/sh
          """,
          """
          root:x:0:
          app:x:1001:
          wheel:x:10:root,app
          video:x:44:app
          far:x:99999:app
          """,
          65_536);

  @Test
  void aNameBringsItsGroupsAndHome() {
    assertEquals(
        new Account(1000, 1001, List.of(1001L, 10L, 44L), "/home/app", "app"),
        ACCOUNTS.find("app"));
    assertEquals(ACCOUNTS.find("app"), ACCOUNTS.find("1000"));
    assertEquals(new Account(0, 0, List.of(0L, 10L), "/root", "root"), ACCOUNTS.find("0"));
  }

  @Test
  void aGroupThatIsAskedForIsTheOnlyOne() {
    assertEquals(
        new Account(1000, 44, List.of(44L), "/home/app", "app"), ACCOUNTS.find("app:video"));
    assertEquals(new Account(0, 0, List.of(0L), "/root", "root"), ACCOUNTS.find("root:0"));
  }

  @Test
  void aNumberNobodyKnowsHasNoName() {
    assertEquals(new Account(4711, 0, List.of(0L), "/", "4711"), ACCOUNTS.find("4711"));
    assertEquals(new Account(4711, 5, List.of(5L), "/", "4711"), ACCOUNTS.find("4711:5"));
  }

  @Test
  void aHomeThatIsNoPathIsNone() {
    assertEquals("/", ACCOUNTS.find("odd").home());
  }

  @Test
  void nothingElseIsAUser() {
    for (String text :
        List.of(
            "",
            ":",
            "nobody",
            "far",
            "short",
            "70000",
            "65536",
            "-1",
            "+0",
            "00",
            "000",
            "0x0",
            " 0",
            "0 ",
            "1e3",
            "4294967296",
            "18446744073709551616",
            "app:",
            "app:far",
            "app:65536",
            "app:00",
            ":app",
            "٠",
            "app:app:app")) {
      assertThrows(PolderException.class, () -> ACCOUNTS.find(text), text);
    }
  }
}
