package polder.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestKernelTest {
  @Test
  void aModuleNamesTheDriversThatItNeeds() {
    assertEquals(
        List.of("mbcache", "jbd2", "t10_pi"), needs("license=GPL\0depends=mbcache,jbd2,t10-pi\0x"));
    assertEquals(List.of(), needs("license=GPL\0depends=\0retpoline=Y\0"));
    assertEquals(List.of(), needs("nothing of the kind"));
    assertEquals(List.of("a"), needs("\0depends=a"), "cut off after it");
  }

  private static List<String> needs(String module) {
    return GuestKernel.dependencies(("ELF\0" + module).getBytes(StandardCharsets.ISO_8859_1));
  }
}
