package polder.api.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoption;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.PoolScrub;
import polder.model.Pools;
import polder.model.Progress;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** The fake host's pools: their names and sizes. */
final class FakePools implements Pools {
  private static final long SIZE = 1L << 30;

  private final FakeEvents events;
  private final ReentrantLock changing = new ReentrantLock();
  private final Map<String, Pool> kept = new ConcurrentSkipListMap<>();
  private ToLongFunction<String> zones = name -> 0;
  private ToLongFunction<String> volumes = name -> 0;
  private Function<String, List<Adoptee>> contents = name -> List.of();

  FakePools(FakeEvents events) {
    this.events = events;
    kept.put(
        Pool.DEFAULT, pool(Pool.DEFAULT, "overlay", Pool.Kind.DIRECTORY, "/fake/storage", SIZE));
  }

  /** Who says how many zones name a pool, and how many volumes are in it. */
  void countedBy(ToLongFunction<String> zoneCount, ToLongFunction<String> volumeCount) {
    zones = zoneCount;
    volumes = volumeCount;
  }

  /** Who says what lies in a pool. */
  void filledBy(Function<String, List<Adoptee>> what) {
    contents = what;
  }

  /** Refuses a zone that is to lie in a pool that is not there. */
  void verify(ZoneSpec spec) {
    try {
      get(spec.get(ZoneProperties.ZPOOL));
    } catch (PolderException e) {
      throw new PolderException(
          "the payload is refused", List.of(new Fault("zpool", String.valueOf(e.getMessage()))));
    }
  }

  private static Pool pool(String name, String driver, Pool.Kind kind, String source, long size) {
    boolean btrfs = driver.equals("btrfs");
    return new Pool(name, driver, kind, source, size, size, btrfs, 0, 0, Optional.empty());
  }

  private Pool counted(Pool pool) {
    return pool.holding(zones.applyAsLong(pool.name()), volumes.applyAsLong(pool.name()));
  }

  @Override
  public List<Pool> list() {
    return kept.values().stream().map(this::counted).toList();
  }

  @Override
  public Pool get(String name) {
    Pool pool = kept.get(Pool.checkName(name));
    if (pool == null) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "there is no pool '%s'; make it with 'polder pool create'".formatted(name));
    }
    return counted(pool);
  }

  @Override
  public Pool create(PoolRequest request) {
    if (request.path().or(request::device).isPresent()) {
      throw new PolderException(ErrorKind.INVALID, "a host in memory has no such place");
    }
    Pool made =
        pool(
            request.name(),
            "btrfs",
            Pool.Kind.FILE,
            "/fake/pools/" + request.name() + "/disk",
            request.size().orElse(SIZE));
    if (kept.putIfAbsent(request.name(), made) != null) {
      throw new PolderException(
          ErrorKind.EXISTS, "there is a pool '%s' already".formatted(request.name()));
    }
    tell("pool.create", request.name());
    return made;
  }

  @Override
  public Pool importFrom(String source) {
    throw new PolderException(ErrorKind.NOT_FOUND, "there is no " + PoolRequest.checkPath(source));
  }

  /** What is in a pool here was always here. */
  @Override
  public Adoption adopt(String name, AdoptRequest request, Progress progress) {
    Pool pool = get(name);
    if (!pool.driver().equals("btrfs")) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot adopt pool '%s': it is a directory of the state's file system".formatted(name));
    }
    List<Adoptee> here = contents.apply(name);
    for (String each : request.objects()) {
      if (here.stream().noneMatch(one -> isCalled(one, each))) {
        throw new PolderException(
            ErrorKind.NOT_FOUND, "in pool '%s' there is no '%s'".formatted(name, each));
      }
    }
    refuseNames(request, here);
    progress.report("objects", here.size(), here.size());
    if (!request.dryRun()) {
      tell("pool.adopt", name);
    }
    return new Adoption(
        name,
        here.stream()
            .filter(
                one ->
                    request.objects().isEmpty()
                        || request.objects().stream().anyMatch(each -> isCalled(one, each)))
            .toList());
  }

  /** Nothing is on its way in: nothing gets a name. */
  private static void refuseNames(AdoptRequest request, List<Adoptee> here) {
    List<Fault> faults = new ArrayList<>();
    request
        .names()
        .forEach(
            (old, name) -> {
              if (here.stream().noneMatch(one -> isCalled(one, old) || one.name().equals(name))) {
                faults.add(new Fault("names." + old, "nothing that is to be taken is called so"));
              }
            });
    if (!faults.isEmpty()) {
      throw new PolderException("the new names are refused", faults);
    }
  }

  private static boolean isCalled(Adoptee one, String name) {
    return one.name().equals(name) || one.uuid().toString().equals(name);
  }

  @Override
  public Pool grow(String name, long size) {
    changing.lock();
    try {
      Pool before = btrfs(name, "grow");
      if (PoolRequest.checkSize(size) < before.size()) {
        throw new PolderException(
            ErrorKind.INVALID,
            "pool '%s' has %d bytes and cannot become smaller".formatted(name, before.size()));
      }
      kept.put(name, pool(name, "btrfs", Pool.Kind.FILE, before.source(), size));
      tell("pool.grow", name);
      return get(name);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public PoolScrub scrub(String name) {
    btrfs(name, "scrub");
    tell("pool.scrub", name);
    return new PoolScrub(0, 0, 0);
  }

  @Override
  public long trim(String name) {
    long free = btrfs(name, "trim").free();
    tell("pool.trim", name);
    return free;
  }

  private Pool btrfs(String name, String what) {
    Pool pool = get(name);
    if (!pool.driver().equals("btrfs")) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot %s pool '%s': it is a directory of the state's file system"
              .formatted(what, name));
    }
    return pool;
  }

  @Override
  public void delete(String name) {
    changing.lock();
    try {
      if (name.equals(Pool.DEFAULT)) {
        throw new PolderException(
            ErrorKind.WRONG_STATE, "pool '%s' is the default one, and stays".formatted(name));
      }
      if (get(name).zones() + get(name).volumes() > 0) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "pool '%s' is in use: delete the zones and volumes that are in it first"
                .formatted(name));
      }
      kept.remove(name);
      tell("pool.delete", name);
    } finally {
      changing.unlock();
    }
  }

  private void tell(String kind, String name) {
    events.add(kind, Optional.empty(), name, Map.of());
  }
}
