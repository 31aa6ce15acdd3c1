package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.model.PolderException;

class SettingsTest {
  private static Settings read(String json) {
    return Settings.of(Json.object(json), "registries.json");
  }

  @Test
  void readsWhatIsSaidOfARegistry() {
    Settings settings =
        read(
            """
            {"docker.io": {"mirrors": ["m.example/hub", "n.example:5000"]},
             "r.example:5000": {"plain_http": true, "loopback": true, "ca_file": "/a.pem",
               "pins": ["sha256:%s"], "token_host": "t.example"}}"""
                .formatted("0".repeat(64)));
    Settings.Entry hub = settings.of(new RegistryName("docker.io"));
    Settings.Entry other = settings.of(new RegistryName("R.example:5000"));

    assertEquals(
        List.of(
            new Settings.Mirror(new RegistryName("m.example"), "hub/"),
            new Settings.Mirror(new RegistryName("n.example:5000"), "")),
        hub.mirrors());
    assertTrue(other.plainHttp() && other.loopback());
    assertEquals(Path.of("/a.pem"), other.authorities().orElseThrow());
    assertEquals(Settings.Entry.NONE, settings.of(new RegistryName("r.example")));
    assertEquals(
        Settings.Entry.NONE, Settings.read(Path.of("/nowhere")).of(RegistryName.DOCKER_HUB));
  }

  @Test
  void tellsAllThatIsWrongAtOnce() {
    PolderException e =
        assertThrows(
            PolderException.class,
            () ->
                read(
                    """
                    {"a.example": {"mirror": [], "plain_http": "yes", "ca_file": "x.pem",
                       "pins": ["sha1:0"], "mirrors": "m"},
                     "b.example/x": {}, "c.example": {"mirrors": ["m.example/../x"]}, "d": 1}"""));

    assertEquals(8, e.faults().size(), e.getMessage());
  }

  @Test
  void speaksPlainHttpToThisHostOnlyUnlessToldOtherwise() {
    Settings settings = read("{\"lan.example\": {\"plain_http\": true}}");

    assertEquals("http://localhost:5000", home("localhost:5000", settings));
    assertEquals("http://127.0.0.1", home("127.0.0.1", settings));
    assertEquals("http://[::1]:1", home("[::1]:1", settings));
    assertEquals("http://lan.example", home("lan.example", settings));
    assertEquals("https://10.0.0.1:5000", home("10.0.0.1:5000", settings));
    assertEquals("https://registry-1.docker.io", home("docker.io", settings));
    assertEquals("https://localhost.example", home("localhost.example", settings));
  }

  private static String home(String registry, Settings settings) {
    RegistryName name = new RegistryName(registry);
    return Endpoint.home(name, settings.of(name)).toString();
  }
}
