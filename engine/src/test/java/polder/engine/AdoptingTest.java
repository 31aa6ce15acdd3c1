package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import polder.model.Fault;
import polder.model.Json;
import polder.model.ZoneSpec;

/** Which payloads reach into the host, and are not taken from a pool that nobody trusts. */
class AdoptingTest {
  private static List<String> reaches(String payload) {
    return Adopting.reaches(ZoneSpec.read(Json.object(payload))).stream().map(Fault::path).toList();
  }

  @Test
  void aZoneAndAGuestThatKeepToThemselvesReachNothing() {
    assertEquals(
        List.of(),
        reaches(
            """
            {"brand": "native", "nics": [{"nic_tag": "lab", "ips": ["10.0.0.2/24"]}],
             "filesystems": [{"target": "/data", "type": "tmpfs"}]}
            """));
    assertEquals(List.of(), reaches("{\"brand\": \"vm\", \"disks\": [{\"size\": 64}]}"));
  }

  @Test
  void filesDevicesAndTheRootOfTheHostAreReached() {
    assertEquals(
        List.of("filesystems[0].source", "devices[0].path", "security.userns", "security.seccomp"),
        reaches(
            """
            {"brand": "native",
             "filesystems": [{"source": "/etc", "target": "/mnt", "type": "lofs"}],
             "devices": [{"path": "/dev/kvm"}],
             "security": {"userns": false, "seccomp": "unconfined"}}
            """));
  }

  @Test
  void aGuestBootsNoFileOfTheHosts() {
    assertEquals(
        List.of("kernel", "initrd"),
        reaches("{\"brand\": \"vm\", \"kernel\": \"/etc/shadow\", \"initrd\": \"/etc/shadow\"}"));
  }

  @Test
  void aCardThatMaySendAsAnotherIsTold() {
    assertEquals(
        List.of("nics[1]"),
        reaches(
            """
            {"brand": "native",
             "nics": [{"nic_tag": "lab"}, {"nic_tag": "lab", "allow_ip_spoofing": true}]}
            """));
  }
}
