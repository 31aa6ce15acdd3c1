package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import polder.linux.SeccompProfile;
import polder.model.Json;

class OciBundleTest {
  @Test
  void thePeerGetsEveryNamespaceAndIdsOfItsOwn() {
    Map<String, Object> linux = linux(true);
    assertEquals(7, Json.asList(linux.get("namespaces")).size());
    assertEquals(
        65_536L, Json.asObject(Json.asList(linux.get("uidMappings")).getFirst()).get("size"));
  }

  @Test
  void limitsAreThereOnlyIfAskedFor() {
    assertTrue(linux(true).containsKey("resources"));
    assertFalse(linux(false).containsKey("resources"));
  }

  @Test
  void seccompAllowsWhatOurProfileAllowsAndRefusesTheRest() {
    Map<String, Object> seccomp = OciSeccomp.of(SeccompProfile.docker(), OciSeccomp.Width.NATIVE);
    List<Object> rules = Json.asList(seccomp.get("syscalls"));
    List<Object> allowed = Json.asList(Json.asObject(rules.getFirst()).get("names"));

    assertEquals("SCMP_ACT_ERRNO", seccomp.get("defaultAction"));
    assertTrue(allowed.containsAll(List.of("read", "execve", "clock_gettime")));
    for (String refused : List.of("mount", "bpf", "clone", "clone3", "personality", "socket")) {
      assertFalse(allowed.contains(refused), refused + " is allowed without a condition");
    }
    assertEquals(
        List.of("clone3", "clone", "personality", "socket"),
        rules.stream()
            .skip(1)
            .map(rule -> Json.asList(Json.asObject(rule).get("names")).getFirst())
            .distinct()
            .toList());
  }

  @Test
  void dockersWidthHasThreeArchitectures() {
    Map<String, Object> seccomp = OciSeccomp.of(SeccompProfile.docker(), OciSeccomp.Width.DOCKER);
    assertEquals(3, Json.asList(seccomp.get("architectures")).size());
  }

  private static Map<String, Object> linux(boolean limited) {
    Map<String, Object> config =
        OciBundle.config(
            Path.of("/rootfs"), "bench", limited, OciSeccomp.Width.DOCKER, List.of("/bin/true"));
    return Json.asObject(Json.object(Json.write(config)).get("linux"));
  }
}
