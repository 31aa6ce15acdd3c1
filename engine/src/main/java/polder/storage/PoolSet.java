package polder.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * All pools as one storage: each dataset is looked for in the pool that its zone names. A pool that
 * is missing makes only what concerns its own zones fail, with UNAVAILABLE.
 */
public final class PoolSet implements Storage {
  private final PoolTable table;
  private final Function<UUID, Optional<String>> poolOf;
  private final Set<Storage> changed = ConcurrentHashMap.newKeySet();

  /**
   * The datasets of {@code table}.
   *
   * @param poolOf the pool that a zone names; empty for a zone that is not known
   */
  public PoolSet(PoolTable table, Function<UUID, Optional<String>> poolOf) {
    this.table = table;
    this.poolOf = poolOf;
  }

  /** The storage of the pool that a zone names; else where its dataset is, if it is somewhere. */
  private Storage of(UUID zone) {
    Optional<String> named = poolOf.apply(zone);
    if (named.isPresent()) {
      return table.storage(named.get());
    }
    return table
        .open()
        .filter(each -> each.find(zone).isPresent())
        .findFirst()
        .orElse(table.standard());
  }

  /** As {@link #of}, to change something there. */
  private Storage changing(UUID zone) {
    Storage storage = of(zone);
    changed.add(storage);
    return storage;
  }

  @Override
  public String driver() {
    return String.join(", ", new TreeSet<>(table.pools().stream().map(Pool::driver).toList()));
  }

  @Override
  public List<Fault> verify(ZoneSpec spec) {
    String name = spec.get(ZoneProperties.ZPOOL);
    try {
      return table.storage(name).verify(spec);
    } catch (PolderException e) {
      return List.of(new Fault("zpool", String.valueOf(e.getMessage())));
    }
  }

  @Override
  public Root create(UUID zone, List<Path> layers) {
    return changing(zone).create(zone, layers);
  }

  @Override
  public Optional<Root> find(UUID zone) {
    return of(zone).find(zone);
  }

  @Override
  public void quota(UUID zone, long bytes) {
    of(zone).quota(zone, bytes);
  }

  @Override
  public boolean isInstant(UUID zone) {
    return of(zone).isInstant(zone);
  }

  @Override
  public void settle(UUID zone) {
    of(zone).settle(zone);
  }

  @Override
  public void compress(UUID zone, String word) {
    of(zone).compress(zone, word);
  }

  @Override
  public StoredSnapshot snapshot(UUID zone, String name) {
    return of(zone).snapshot(zone, name);
  }

  @Override
  public List<StoredSnapshot> snapshots(UUID zone) {
    return of(zone).snapshots(zone);
  }

  @Override
  public void removeSnapshot(UUID zone, String name) {
    of(zone).removeSnapshot(zone, name);
  }

  @Override
  public Root rollback(UUID zone, String name) {
    return of(zone).rollback(zone, name);
  }

  @Override
  public Root clone(UUID from, Optional<String> snapshot, UUID to) {
    Storage storage = changing(from);
    Optional<String> named = poolOf.apply(to);
    if (named.isPresent() && !of(to).equals(storage)) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot clone zone %s into pool '%s': a clone is in the pool of its original"
              .formatted(from, named.get()));
    }
    return storage.clone(from, snapshot, to);
  }

  @Override
  public void send(UUID zone, String snapshot, Origin origin, OutputStream to) throws IOException {
    of(zone).send(zone, snapshot, origin, to);
  }

  @Override
  public Reception receive(UUID zone) {
    return changing(zone).receive(zone);
  }

  @Override
  public boolean isAt(UUID zone, String snapshot) {
    return of(zone).isAt(zone, snapshot);
  }

  @Override
  public void destroy(UUID zone) {
    changing(zone).destroy(zone);
  }

  @Override
  public void sync() {
    for (Storage each : table.open().filter(changed::contains).toList()) {
      changed.remove(each);
      each.sync();
    }
  }

  @Override
  public List<String> stuck() {
    return table.open().flatMap(each -> each.stuck().stream()).toList();
  }

  @Override
  public long used(UUID zone) {
    return of(zone).used(zone);
  }

  @Override
  public void describe(UUID dataset, byte[] record) {
    changing(dataset).describe(dataset, record);
  }

  @Override
  public Optional<byte[]> description(UUID dataset) {
    return of(dataset).description(dataset);
  }

  @Override
  public List<UUID> list() {
    return table.open().flatMap(each -> each.list().stream()).toList();
  }
}
