package polder.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.Brand;
import polder.model.CloneRequest;
import polder.model.Cursor;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.Session;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * A zone that runs, with a root of 1 GiB in a pool of btrfs: what a clone of it takes, and for how
 * long it stands still for a snapshot while it writes.
 */
final class Clones implements AutoCloseable {
  private static final String POOL = "bench";
  private static final int MEBIBYTES = 1024;

  /** Half of it in large files, half in small ones; $1 is a half, in MiB. */
  private static final String FILL =
      "PATH=/bin; mkdir /small; cd /small; busybox dd if=/dev/urandom of=/large bs=1M count=$1;"
          + " busybox dd if=/dev/urandom bs=1M count=$1 | busybox split -b 16384 -a 4; busybox sync";

  /** As a program writes its log, 16 MiB of it. */
  private static final String WRITER =
      "while :; do busybox yes 'a line of a log' | busybox dd of=/log bs=16k count=1024; done";

  private final Host host;
  private final ZoneRef zone;

  private Clones(Stage stage) {
    this.host = ZoneHost.of(stage).host();
    int mebibytes = stage.crowd(MEBIBYTES);
    try {
      host.pools()
          .create(
              new PoolRequest(
                  POOL,
                  Optional.of((2L * mebibytes + 512) << 20),
                  Optional.empty(),
                  Optional.empty()));
    } catch (PolderException e) {
      throw new Missing(String.valueOf(e.getMessage()));
    }
    Zone made =
        host.zones()
            .create(
                ZoneSpec.of(Brand.LX)
                    .with(ZoneProperties.ALIAS, "bench-original")
                    .with(ZoneProperties.IMAGE, ZoneHost.IMAGE)
                    .with(ZoneProperties.ZPOOL, POOL)
                    .with(ZoneProperties.AUTOBOOT, false)
                    .with(ZoneProperties.CMD, List.of("/bin/sleep", "1000000")));
    this.zone = ZoneRef.of(made.uuid());
    host.zones().start(zone);
    try (Session session = host.zones().exec(zone, fill(Math.max(1, mebibytes / 2)))) {
      if (!session.await().success()) {
        throw new IllegalStateException("the root of a zone cannot be filled");
      }
    }
  }

  private static ExecSpec fill(int half) {
    return ExecSpec.of("/bin/sh", "-c", FILL, "sh", String.valueOf(half));
  }

  private static Clones of(Stage stage) {
    return stage.prop(Clones.class, Clones::new);
  }

  /** A clone of it, until it is on the disk; not its end. */
  static Contender copy(Stage stage) {
    Clones own = of(stage);
    CloneRequest request =
        new CloneRequest(Optional.empty(), new Patch(Map.of("alias", "bench-clone")));
    return () -> {
      try {
        return Contender.milliseconds(() -> own.host.zones().clone(own.zone, request));
      } finally {
        own.host.zones().delete(new ZoneRef("bench-clone"), false);
      }
    };
  }

  /** For how long it stood still, as the host tells it. */
  static Contender snapshot(Stage stage) {
    Clones own = of(stage);
    return () -> {
      try (Session _ = own.host.zones().exec(own.zone, ExecSpec.of("/bin/sh", "-c", WRITER))) {
        stage.rest(Duration.ofMillis(20)); // a little of it is not on the disk yet
        long before = own.host.events().newest();
        own.host.snapshots().create(SnapshotRequest.of(own.zone, "bench"));
        return own.stoodStill(before);
      } finally {
        own.quiet();
        own.host.snapshots().delete(new SnapshotRef(own.zone, "bench"));
      }
    };
  }

  /** A session that is closed leaves its program running: nothing but the first process stays. */
  private void quiet() {
    ExecSpec end = ExecSpec.of("/bin/sh", "-c", "busybox killall -q -9 yes dd sh; :");
    try (Session session = host.zones().exec(zone, end)) {
      session.await();
    }
  }

  private double stoodStill(long before) {
    try (Cursor<Event> cursor = host.events().since(before, false)) {
      while (!cursor.ended()) {
        Optional<Event> event = cursor.next(Duration.ZERO);
        if (event.isPresent()
            && event.get().details().get("stood_still_us") instanceof Number microseconds) {
          return microseconds.doubleValue() / 1000;
        }
      }
    }
    throw new IllegalStateException("no event tells of the snapshot");
  }

  @Override
  public void close() {
    host.zones().delete(zone, true);
    host.pools().delete(POOL);
  }
}
