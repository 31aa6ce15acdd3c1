package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PatchTest {
  private static final ZoneSpec SPEC =
      ZoneSpec.read(
          Json.object(
              """
              {"alias": "web", "tags": {"a": 1, "b": 2}, "env": {"X": "1"}, "max_lwps": 5,
               "filesystems": [{"source": "/a", "target": "/x"}, {"source": "/b", "target": "/y"}],
               "devices": [{"path": "/dev/fuse"}]}
              """));

  @Test
  void setsAndTakesAway() {
    ZoneSpec changed = apply("{\"alias\": \"db\", \"max_lwps\": null, \"tags\": null}");
    assertEquals("db", changed.name());
    assertEquals(2000L, changed.get(ZoneProperties.MAX_LWPS));
    assertEquals(Map.of(), changed.get(ZoneProperties.TAGS));
    assertEquals(Map.of("X", "1"), changed.get(ZoneProperties.ENV));
  }

  @Test
  void mergesAndTakesFromMaps() {
    assertEquals(
        Map.of("a", 3L, "b", 2L, "c", true),
        apply("{\"set_tags\": {\"a\": 3, \"c\": true}}").get(ZoneProperties.TAGS));
    assertEquals(Map.of("b", 2L), apply("{\"remove_tags\": [\"a\"]}").get(ZoneProperties.TAGS));
    assertEquals(
        Map.of("X", "1", "Y", "2"), apply("{\"set_env\": {\"Y\": \"2\"}}").get(ZoneProperties.ENV));
    assertEquals(
        Map.of("k", "v"),
        apply("{\"set_customer_metadata\": {\"k\": \"v\"}}").get(ZoneProperties.CUSTOMER_METADATA));
  }

  @Test
  void addsUpdatesAndRemovesItems() {
    assertEquals(
        List.of("/x", "/y", "/z"),
        targets(apply("{\"add_filesystems\": [{\"source\": \"/c\", \"target\": \"/z\"}]}")));
    assertEquals(List.of("/y"), targets(apply("{\"remove_filesystems\": [\"/x\"]}")));
    Filesystem updated =
        apply("{\"update_filesystems\": [{\"target\": \"/y\", \"options\": [\"ro\"]}]}")
            .get(ZoneProperties.FILESYSTEMS)
            .get(1);
    assertEquals(new Filesystem("/b", "/y", "lofs", List.of("ro")), updated);
    assertEquals(
        List.of(), apply("{\"remove_devices\": [\"/dev/fuse\"]}").get(ZoneProperties.DEVICES));
  }

  @Test
  void nicsAreFoundByTheirAddressAndOneIsPrimary() {
    ZoneSpec spec =
        ZoneSpec.read(
            Json.object(
                """
                {"nics": [{"nic_tag": "a", "mac": "02:00:00:00:00:01", "primary": true},
                          {"nic_tag": "b", "mac": "02:00:00:00:00:02"}]}
                """));
    ZoneSpec changed =
        new Patch(
                Json.object(
                    """
                    {"update_nics": [{"mac": "2:0:0:0:0:2", "primary": true}],
                     "add_nics": [{"nic_tag": "c"}], "remove_nics": ["2:0:0:0:0:1"]}
                    """))
            .applyTo(spec);
    List<Nic> nics = changed.get(ZoneProperties.NICS);
    assertEquals(List.of("b", "c"), nics.stream().map(nic -> nic.network().orElse("")).toList());
    assertEquals(List.of(true, false), nics.stream().map(Nic::primary).toList());
    Patch wrong =
        new Patch(Json.object("{\"remove_nics\": [\"2:0:0:0:0:9\", \"x\"], \"alias\": 1}"));
    PolderException refusal = assertThrows(PolderException.class, () -> wrong.applyTo(spec));
    assertEquals(
        List.of("remove_nics", "alias"), refusal.faults().stream().map(Fault::path).toList());
    assertEquals("there is no '2:0:0:0:0:9', 'x' to change", sentence(refusal));
    assertEquals(
        2,
        new Patch(Json.object("{\"remove_nics\": [\"x\"]}"))
            .asFarAsItGoes(spec)
            .orElseThrow()
            .get(ZoneProperties.NICS)
            .size());
  }

  private static String sentence(PolderException refusal) {
    return refusal.faults().getFirst().sentence().replaceFirst("^remove_nics:? ", "");
  }

  @Test
  void tellsAllThatIsWrongAndChangesNothing() {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                apply(
                    """
                    {"remove_tags": ["zz"], "add_tags": {}, "set_alias": 1, "frobnicate": 1,
                     "remove_filesystems": ["/none"], "set_tags": [],
                     "update_devices": [{"path": "/dev/kvm"}]}
                    """));
    assertEquals(ErrorKind.INVALID, refusal.kind());
    assertEquals(7, refusal.faults().size(), refusal.faults().toString());
  }

  @Test
  void theResultIsCheckedAsAPayload() {
    assertEquals(
        List.of("max_lwps"),
        assertThrows(PolderException.class, () -> apply("{\"max_lwps\": 0}")).faults().stream()
            .map(Fault::path)
            .toList());
    assertThrows(PolderException.class, () -> apply("{\"max_swap\": 1}"));
    assertThrows(PolderException.class, () -> apply("{\"firewall_enabled\": []}"));
  }

  private static ZoneSpec apply(String patch) {
    return new Patch(Json.object(patch)).applyTo(SPEC);
  }

  private static List<String> targets(ZoneSpec spec) {
    return spec.get(ZoneProperties.FILESYSTEMS).stream().map(Filesystem::target).toList();
  }
}
