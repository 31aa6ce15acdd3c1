package polder.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoption;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.PoolScrub;
import polder.model.Pools;
import polder.model.Progress;
import polder.storage.PoolTable;

/** The pools of this machine, and what happens to them told. */
final class LocalPools implements Pools {
  private final PoolTable table;
  private final Hall hall;
  private final Adopting adopting;

  LocalPools(PoolTable table, Hall hall, Adopting adopting) {
    this.adopting = adopting;
    this.table = table;
    this.hall = hall;
  }

  @Override
  public List<Pool> list() {
    return table.pools().stream().map(this::counted).toList();
  }

  /** What has a dataset in it is a volume, what is kept of a stream, or a zone. */
  private Pool counted(Pool pool) {
    long volumes = pool.problem().isPresent() ? 0 : hall.volumes().count(pool.name());
    long others = volumes + hall.partials().count(pool.name());
    return pool.holding(Math.max(0, pool.zones() - others), volumes);
  }

  @Override
  public Pool get(String name) {
    return counted(table.pool(Pool.checkName(name)));
  }

  @Override
  public Pool create(PoolRequest request) {
    try {
      hall.disk().demandRoom("create pool '%s'".formatted(request.name()));
      Pool pool = counted(table.create(request));
      tell("pool.create", pool.name(), Map.of("source", pool.source()));
      return pool;
    } catch (RuntimeException e) {
      throw Failures.of("create pool '%s'".formatted(request.name()), e);
    }
  }

  @Override
  public Pool importFrom(String source) {
    try {
      hall.disk().demandRoom("import a pool from " + source);
      Pool pool = counted(table.importFrom(Path.of(PoolRequest.checkPath(source))));
      tell("pool.import", pool.name(), Map.of("source", pool.source()));
      return pool;
    } catch (RuntimeException e) {
      throw Failures.of("import a pool from " + source, e);
    }
  }

  @Override
  public Adoption adopt(String name, AdoptRequest request, Progress progress) {
    try {
      Adoption adoption = adopting.adopt(Pool.checkName(name), request, progress);
      if (!request.dryRun()) {
        tell(
            "pool.adopt",
            name,
            Map.of(
                "adopted",
                adoption.count(Adoptee.Fate.ADOPTED),
                "refused",
                adoption.count(Adoptee.Fate.REFUSED)));
      }
      return adoption;
    } catch (RuntimeException e) {
      throw Failures.of("adopt what is in pool '%s'".formatted(name), e);
    }
  }

  @Override
  public Pool grow(String name, long size) {
    try {
      hall.disk().demandWritable("grow pool '%s'".formatted(name));
      Pool pool = counted(table.grow(Pool.checkName(name), size));
      tell("pool.grow", name, Map.of("size", pool.size()));
      return pool;
    } catch (RuntimeException e) {
      throw Failures.of("grow pool '%s'".formatted(name), e);
    }
  }

  @Override
  public PoolScrub scrub(String name) {
    try {
      PoolScrub found = table.scrub(Pool.checkName(name));
      tell("pool.scrub", name, Map.of("errors", found.errors(), "corrected", found.corrected()));
      return found;
    } catch (RuntimeException e) {
      throw Failures.of("scrub pool '%s'".formatted(name), e);
    }
  }

  @Override
  public long trim(String name) {
    try {
      long bytes = table.trim(Pool.checkName(name));
      tell("pool.trim", name, Map.of("bytes", bytes));
      return bytes;
    } catch (RuntimeException e) {
      throw Failures.of("trim pool '%s'".formatted(name), e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      hall.disk().demandWritable("delete pool '%s'".formatted(name));
      hall.volumes()
          .alone(
              () -> {
                table.delete(Pool.checkName(name), this::isUsed);
                return name;
              });
      tell("pool.delete", name, Map.of());
    } catch (RuntimeException e) {
      throw Failures.of("delete pool '%s'".formatted(name), e);
    }
  }

  private boolean isUsed(String pool) {
    return hall.table().usesPool(pool)
        || hall.volumes().usesPool(pool)
        || hall.partials().count(pool) > 0;
  }

  /** What is wrong with pools, each by its name. */
  Map<String, String> problems() {
    Map<String, String> problems = new TreeMap<>(table.damaged());
    table.pools().forEach(pool -> pool.problem().ifPresent(why -> problems.put(pool.name(), why)));
    return problems;
  }

  private void tell(String kind, String pool, Map<String, Object> details) {
    hall.events().add(kind, Optional.empty(), pool, details);
  }
}
