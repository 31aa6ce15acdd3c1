package polder.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.ZoneProperties;
import polder.storage.PoolTable;

/**
 * Keeps zones that were deleted, and destroys them: at the end of their time, earlier where their
 * pool is short of room, or when somebody says so.
 *
 * <p>That a zone is deleted and kept is in its record, and nowhere else; so each of the two turns
 * is one write. One that runs has it written before it is stopped: if we die meanwhile, the next
 * engine ends what runs. Nothing of the host's is held for it but room, its image and the volumes
 * that it names.
 *
 * <p>There is one timer, for the end that comes first. As nobody tells when zones fill their pool,
 * room is looked at twice a minute, while a zone is kept.
 */
final class Keeping implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);
  private static final long LITTLE_ROOM = 1L << 30;
  private static final int LITTLE_PART = 20;

  private final Hall hall;
  private final Creation creation;
  private final Schedules schedules;
  private final PoolTable pools;
  private final ReentrantLock looking = new ReentrantLock();
  private final ReentrantLock arming = new ReentrantLock(); // taken last
  private final Set<UUID> told = ConcurrentHashMap.newKeySet(); // why it is not destroyed yet
  private Timers.@Nullable Timer timer;
  private volatile boolean closed;

  Keeping(Hall hall, Creation creation, Schedules schedules, PoolTable pools) {
    this.hall = hall;
    this.creation = creation;
    this.schedules = schedules;
    this.pools = pools;
  }

  /** The deleted zone of that record. */
  static LocalZone zone(Hall hall, ZoneRecord record) {
    UUID uuid = record.uuid();
    return new LocalZone(
        record, Statuses.down(record, hall.store().exit(uuid)), hall.store().path(uuid).toString());
  }

  /** What becomes of a zone that is deleted, to be kept so long; zero if it is not. */
  Fate fate(Duration keep) {
    return keep.isZero() ? new Gone() : new Kept(keep);
  }

  private final class Gone implements Fate {
    @Override
    public void intend(LocalZone zone) {
      creation.intend(zone);
    }

    @Override
    public void withdraw(LocalZone zone) {
      creation.withdraw(zone);
    }

    @Override
    public void carryOut(LocalZone zone) {
      creation.delete(zone);
    }
  }

  private final class Kept implements Fate {
    private final Duration period;
    private boolean intended;

    Kept(Duration period) {
      this.period = period;
    }

    private ZoneRecord mark(LocalZone zone) {
      Instant now = Instant.now();
      return zone.record().deleted(new ZoneRecord.Kept(now, now.plus(period)));
    }

    @Override
    public void intend(LocalZone zone) {
      if (intended) {
        return; // it was stopped for that: it is not refused now
      }
      refuseUnfit(zone);
      demandRoom(zone);
      if (zone.life().isPresent()) {
        write("delete-keep-intend", zone, mark(zone));
      }
      intended = true;
    }

    private void write(String operation, LocalZone zone, ZoneRecord deleted) {
      hall.executor()
          .run(
              operation,
              List.of(new Step.Retain(zone.uuid())),
              (step, undo) -> {
                undo.add(() -> hall.store().put(zone.record()));
                hall.disk().spend(() -> hall.store().put(deleted));
              });
    }

    @Override
    public void withdraw(LocalZone zone) {
      hall.disk().spend(() -> hall.store().put(zone.record()));
    }

    @Override
    public void carryOut(LocalZone zone) {
      if (hall.journal().begun("delete", zone.uuid())) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "zone '%s' is not kept: another deletes it at once".formatted(zone.name()));
      }
      ZoneRecord deleted = mark(zone);
      write("delete-keep", zone, deleted);
      schedules.forget(zone);
      hall.table().keep(zone(hall, deleted));
      zone.record().ids().ifPresent(hall.ids()::release);
      hall.networks().leases().release(zone.uuid());
      zone.vanish();
      creation.forgetAddresses();
      if (hall.table().list().isEmpty()) {
        hall.removeCgroupParent();
      }
      String until = deleted.kept().orElseThrow().until().toString();
      hall.events()
          .add("zone.delete", Optional.of(zone.uuid()), zone.name(), Map.of("kept_until", until));
      arm();
    }
  }

  /** What is not whole is not kept: nobody could tell what would come back. */
  private void refuseUnfit(LocalZone zone) {
    creation.refuseWithoutPool(zone);
    boolean broken =
        List.of("delete", RollingBack.OPERATION, Further.OPERATION).stream()
            .anyMatch(operation -> hall.journal().begun(operation, zone.uuid()));
    if (broken || hall.storage().find(zone.uuid()).isEmpty()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "zone '%s' cannot be kept: %s; delete it at once"
              .formatted(
                  zone.name(), broken ? "something broke off in it" : "its dataset is gone"));
    }
  }

  private void demandRoom(LocalZone zone) {
    String pool = pool(zone);
    while (isShort(pool) && give(pool, () -> !isShort(pool))) {
      // those go first that were deleted before
    }
    if (isShort(pool)) {
      throw new PolderException(
          ErrorKind.NO_ROOM,
          "zone '%s' is not kept: pool '%s' is short of room; delete it at once"
              .formatted(zone.name(), pool));
    }
  }

  private static String pool(LocalZone zone) {
    return zone.record().spec().get(ZoneProperties.ZPOOL);
  }

  /** Whether a pool has less than a twentieth left, and less than a gigabyte. */
  private boolean isShort(String name) {
    try {
      Pool pool = pools.pool(name);
      return pool.problem().isEmpty()
          && pool.free() < Math.min(LITTLE_ROOM, pool.size() / LITTLE_PART);
    } catch (PolderException e) {
      return false; // one that is missing is not made larger by deleting
    }
  }

  /**
   * Does {@code work}, which makes something in a pool; if there is no room for it, again without
   * the zones that are kept there, one after the other.
   */
  <T> T withRoom(String pool, Supplier<T> work) {
    while (true) {
      try {
        return work.get();
      } catch (PolderException e) {
        String full = hall.disk().isFull() ? Pool.DEFAULT : pool;
        if (!Failures.diskFull(e) || !give(full, () -> true)) {
          throw e;
        }
      }
    }
  }

  /**
   * Destroys the kept zone in a pool that would end first; whether there was one.
   *
   * @param enough whether no more room is waited for
   */
  private boolean give(String pool, BooleanSupplier enough) {
    long before = free(pool);
    for (LocalZone zone : hall.table().kept()) {
      if (pool(zone).equals(pool) && attempt(zone, "room")) {
        awaitMore(pool, before, enough);
        return true;
      }
    }
    return false;
  }

  /** Waits a little: btrfs frees room in the background, bit by bit, and does not say when. */
  private void awaitMore(String pool, long before, BooleanSupplier enough) {
    hall.storage().sync();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while ((free(pool) <= before || !enough.getAsBoolean()) && System.nanoTime() < end) {
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
    }
  }

  private long free(String pool) {
    try {
      return pools.pool(pool).free();
    } catch (PolderException e) {
      return 0;
    }
  }

  /** Destroys a kept zone, unless somebody does something with it; whether it is done. */
  private boolean attempt(LocalZone zone, String reason) {
    if (!zone.operating().tryLock()) {
      return false;
    }
    try {
      if (zone.vanished()) {
        return false;
      }
      destroy(zone, reason);
      return true;
    } catch (RuntimeException e) {
      if (told.add(zone.uuid())) {
        LOG.log(
            System.Logger.Level.WARNING,
            "deleted zone '%s' cannot be destroyed yet: %s".formatted(zone.name(), e.getMessage()));
      }
      return false;
    } finally {
      zone.operating().unlock();
    }
  }

  /**
   * Destroys a kept zone; with its lock.
   *
   * @param reason "end" of its time, "room", or "asked"
   */
  void destroy(LocalZone zone, String reason) {
    hall.disk().demandWritable("destroy deleted zone '%s'".formatted(zone.name()));
    creation.intend(zone);
    creation.delete(zone, "zone.destroy", Map.of("reason", reason));
    told.remove(zone.uuid());
  }

  /** Destroys what has come to its end, or takes room that there is too little of; and goes on. */
  void look() {
    looking.lock();
    try {
      if (!closed) {
        destroyDue();
        arm();
      }
    } finally {
      looking.unlock();
    }
  }

  private void destroyDue() {
    Instant now = Instant.now();
    Set<String> seen = new HashSet<>();
    for (LocalZone zone : hall.table().kept()) {
      if (!zone.record().kept().orElseThrow().until().isAfter(now)) {
        attempt(zone, "end");
      } else if (seen.add(pool(zone))) {
        while (isShort(pool(zone)) && give(pool(zone), () -> !isShort(pool(zone)))) {
          // one after the other
        }
      }
    }
  }

  /** Looks again when the next one ends, and at room before. */
  private void arm() {
    arming.lock();
    try {
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
      List<LocalZone> kept = hall.table().kept();
      if (!closed && !kept.isEmpty()) {
        Instant end = kept.getFirst().record().kept().orElseThrow().until();
        Duration left = Duration.between(Instant.now(), end).plusMillis(1);
        boolean soon = !left.isNegative() && left.compareTo(BETWEEN_LOOKS) < 0;
        timer = hall.timers().after(soon ? left : BETWEEN_LOOKS, this::look);
      }
    } finally {
      arming.unlock();
    }
  }

  /** Destroys nothing any more; what is due then the next engine destroys. */
  @Override
  public void close() {
    looking.lock();
    arming.lock();
    try {
      closed = true;
      if (timer != null) {
        timer.cancel();
      }
    } finally {
      arming.unlock();
      looking.unlock();
    }
  }
}
