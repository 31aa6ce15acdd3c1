package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Image;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.Session;
import polder.model.UpdatePlan;
import polder.model.UpdatePlan.Effect;
import polder.model.Volume;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The host under test and what tests ask of it most; what they made is taken away after each. */
abstract class ContractSetting {
  static final Duration SOON = Figures.within(10);

  Host host;
  final List<UUID> made = new ArrayList<>();

  /** The host to test; the same for all tests of a class, or a fresh one. */
  protected abstract Host open() throws Exception;

  /** Lets go of what {@link #open} gave. */
  protected abstract void shut(Host opened) throws Exception;

  @BeforeEach
  void openHost() throws Exception {
    host = open();
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (UUID uuid : made) {
      try {
        host.zones().delete(ZoneRef.of(uuid), true);
      } catch (PolderException e) {
        assertEquals(ErrorKind.NOT_FOUND, e.kind(), String.valueOf(e.getMessage()));
      }
    }
    host.deleted().list().forEach(zone -> host.deleted().delete(ZoneRef.of(zone.uuid())));
    for (Image image : host.images().list()) {
      if (image.name().startsWith("contract")) {
        host.images().delete(image.name() + ":" + image.tag());
      }
    }
    for (Volume volume : host.volumes().list()) {
      if (volume.name().startsWith("contract")) {
        host.volumes().delete(volume.name());
      }
    }
    host.balances().list().forEach(balance -> host.balances().delete(balance.name()));
    host.firewall().list().forEach(rule -> host.firewall().delete(rule.uuid().toString()));
    host.firewall().remotes().forEach(remote -> host.firewall().deleteRemote(remote.uuid()));
    host.networks().list().stream()
        .filter(network -> network.name().startsWith("contract"))
        .forEach(network -> host.networks().delete(network.name()));
    for (Pool pool : host.pools().list()) {
      if (pool.name().startsWith("contract")) {
        host.pools().delete(pool.name());
      }
    }
    shut(host);
  }

  /** The host under test. */
  protected Host host() {
    return host;
  }

  static ZoneRef ref(String name) {
    return new ZoneRef(name);
  }

  static ZoneSpec spec(String name, String... command) {
    ZoneSpec spec = ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, name);
    return command.length == 0 ? spec : spec.with(ZoneProperties.CMD, List.of(command));
  }

  final Zone create(String name, String... command) {
    Zone zone = host.zones().create(spec(name, command));
    made.add(zone.uuid());
    return zone;
  }

  final void running(String name) {
    create(name, "sleep", "1000");
    host.zones().start(ref(name));
  }

  final Session exec(String... command) {
    return host.zones().exec(ref("a"), ExecSpec.of(command));
  }

  final List<LogLine> lines(LogQuery query, int due) throws InterruptedException {
    List<LogLine> lines = new ArrayList<>();
    Instant deadline = Instant.now().plus(Figures.within(5));
    while (true) { // what a process wrote just before its end may still be on its way
      lines.clear();
      try (Cursor<LogLine> cursor = host.zones().logs(ref("a"), query)) {
        while (!cursor.ended()) {
          cursor.next(Duration.ofSeconds(1)).ifPresent(lines::add);
        }
      }
      if (lines.size() >= due || Instant.now().isAfter(deadline)) {
        return lines;
      }
      Thread.sleep(50);
    }
  }

  final long count(String what) {
    return Optional.ofNullable(host.info().counts().get(what)).orElse(-1L);
  }

  static <T> T next(Cursor<T> cursor) {
    return cursor.next(SOON).orElseThrow(() -> new AssertionError("nothing came within " + SOON));
  }

  static Effect effect(UpdatePlan plan, String property) {
    return plan.lines().stream()
        .filter(line -> line.property().equals(property))
        .findFirst()
        .orElseThrow()
        .effect();
  }

  static String text(InputStream stream) throws java.io.IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  static void assertKind(ErrorKind kind, Executable call) {
    PolderException error = assertThrows(PolderException.class, call);
    assertEquals(kind, error.kind(), String.valueOf(error.getMessage()));
    String sentence = String.valueOf(error.getMessage());
    assertFalse(sentence.endsWith("."), sentence);
  }
}
