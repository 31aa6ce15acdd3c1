package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.Brand;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class ZoneFieldsTest {
  @TempDir Path directory;
  private final FakeHost behind = new FakeHost();
  private ApiServer server;
  private RemoteHost host;

  @BeforeEach
  void open() {
    Path socket = directory.resolve("run/api.sock");
    server = ApiServer.open(behind, socket);
    host = RemoteHost.open(socket);
  }

  @AfterEach
  void close() {
    host.close();
    server.close();
    behind.close();
  }

  @Test
  void aListHasTheFieldsThatWereAskedForWhereAZoneHasThem() {
    behind.zones().create(ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "web"));

    List<Map<String, Object>> zones = host.zoneTrees(Set.of("alias", "state", "pid"));

    assertEquals(List.of(Map.of("alias", "web", "state", "stopped")), zones);
  }

  @Test
  void withoutFieldsAListHasAllOfThem() {
    Zone made = behind.zones().create(ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "web"));

    assertEquals(List.of(made.write().keySet()), keys(host.zoneTrees(Set.of())));
  }

  @Test
  void aFieldThatNoZoneCanHaveIsNamed() {
    PolderException refused =
        assertThrows(PolderException.class, () -> host.zoneTrees(Set.of("alias", "colour")));

    assertTrue(refused.faults().toString().contains("fields"), refused.toString());
  }

  private static List<Set<String>> keys(List<Map<String, Object>> trees) {
    return trees.stream().map(Map::keySet).toList();
  }
}
