package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Capability;
import polder.linux.Errno;
import polder.linux.SeccompAction;
import polder.linux.SeccompFilter;
import polder.linux.Syscalls;
import polder.model.PolderException;

class SeccompProfilesTest {
  @TempDir private Path folder;

  private SeccompFilter filter(String json, Capability... capabilities) {
    return SeccompFilter.of(SeccompJson.read(json, Set.of(capabilities)));
  }

  private static SeccompAction decide(SeccompFilter filter, String call, long... arguments) {
    return filter.decide(Syscalls.number(call).orElseThrow(), SeccompFilter.X86_64, arguments);
  }

  @Test
  void rulesAndConditionsAreThoseOfTheText() {
    SeccompFilter filter =
        filter(
            """
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
             "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
             "syscalls": [
               {"names": ["read", "write", "arm_fadvise64_64"], "action": "SCMP_ACT_ALLOW"},
               {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
                "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
                "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
               {"names": ["clone", "mount"], "action": "SCMP_ACT_ALLOW", "comment": "administrators",
                "includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"], "minKernel": "4.8"}},
               {"names": ["socket"], "action": "SCMP_ACT_ALLOW",
                "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}]}]}
            """);
    assertTrue(decide(filter, "read").allows());
    assertEquals(SeccompAction.errno(Errno.ENOSYS), decide(filter, "mount"));
    assertTrue(decide(filter, "clone", 17).allows());
    assertFalse(decide(filter, "clone", 0x10000000).allows());
    assertTrue(decide(filter, "socket", 2).allows());
    assertFalse(decide(filter, "socket", 40).allows());
  }

  @Test
  void theBuiltInOnesLetThroughWhatAStartTakes() {
    SeccompProfiles profiles = new SeccompProfiles(folder);
    for (String name : List.of("default", "docker")) {
      SeccompFilter filter = profiles.filter(name, Set.of()).orElseThrow();
      SeccompProfiles.check(filter, name, true, true);
      assertEquals(filter, profiles.filter(name, Set.of(), true, true).orElseThrow());
    }
  }

  @Test
  void capabilitiesChooseRules() {
    String json =
        """
        {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
          {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]}
        """;
    assertFalse(decide(filter(json), "mount").allows());
    assertTrue(decide(filter(json, Capability.SYS_ADMIN), "mount").allows());
  }

  @Test
  @DisplayName("S-SEC-04 what is no profile is refused, and never means unconfined")
  void nonsenseIsRefused() throws IOException {
    var profiles = new SeccompProfiles(folder);
    List<String> texts =
        List.of(
            "",
            "{}",
            "[]",
            "null",
            "{\"defaultAction\": \"\"}",
            "{\"defaultAction\": \"SCMP_ACT_NOTHING\"}",
            "{\"defaultAction\": \"SCMP_ACT_NOTIFY\"}",
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscals\": []}",
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": {}}",
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"]}",
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_ARM\"]}",
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": []}]}",
            rule("\"names\": [\"mkdri\"], \"action\": \"SCMP_ACT_ERRNO\""),
            rule("\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERNO\""),
            rule("\"names\": [1], \"action\": \"SCMP_ACT_ERRNO\""),
            rule("\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 99999"),
            rule(
                "\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": [{\"index\": 6,"
                    + " \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]"),
            rule(
                "\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": [{\"index\": 1,"
                    + " \"value\": 1, \"op\": \"EQ\"}]"));
    for (String text : texts) {
      Files.writeString(folder.resolve("x.json"), text);
      assertThrows(PolderException.class, () -> profiles.filter("x", Set.of()), text);
    }
    assertThrows(PolderException.class, () -> profiles.filter("missing", Set.of()));
    assertTrue(profiles.filter("unconfined", Set.of()).isEmpty());
  }

  private static String rule(String members) {
    return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{%s}]}".formatted(members);
  }

  @Test
  void whatStartingTakesMustBeAllowed() throws IOException {
    Files.writeString(
        folder.resolve("nokill.json"),
        rule("\"names\": [\"kill\"], \"action\": \"SCMP_ACT_ERRNO\""));
    var profiles = new SeccompProfiles(folder);
    assertTrue(profiles.filter("nokill", Set.of(), false, false).isPresent());
    PolderException e =
        assertThrows(PolderException.class, () -> profiles.filter("nokill", Set.of(), true, false));
    assertTrue(String.valueOf(e.getMessage()).contains("denies [kill]"), e.getMessage());
    assertTrue(profiles.filter("default", Set.of(), true, true).isPresent());
    assertTrue(profiles.filter("docker", Set.of(), true, true).isPresent());
  }
}
