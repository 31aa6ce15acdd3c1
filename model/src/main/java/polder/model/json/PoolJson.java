package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.PoolScrub;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** Pools, what pool is to be made, and what reading one found. */
public final class PoolJson {
  /** A pool. */
  public static final Type<Pool> POOL = pool();

  /** What pool is to be made. */
  public static final Type<PoolRequest> REQUEST = request();

  /** What reading a pool found. */
  public static final Type<PoolScrub> SCRUB = scrub();

  /** How many bytes a pool gave back. */
  public static final Type<Long> TRIM = trim();

  private PoolJson() {}

  /** Reads a pool strictly. */
  public static Pool read(@Nullable Object tree) {
    return Strict.read(POOL, tree, "pool");
  }

  /** The pool as a JSON tree. */
  public static Map<String, Object> write(Pool pool) {
    return Json.asObject(POOL.write(pool));
  }

  /** Reads strictly what pool is to be made. */
  public static PoolRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "pool request");
  }

  /** What pool is to be made, as a JSON tree. */
  public static Map<String, Object> write(PoolRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  /** Reads strictly what reading a pool found. */
  public static PoolScrub readScrub(@Nullable Object tree) {
    return Strict.read(SCRUB, tree, "scrub");
  }

  /** What reading a pool found, as a JSON tree. */
  public static Map<String, Object> write(PoolScrub scrub) {
    return Json.asObject(SCRUB.write(scrub));
  }

  /** Reads strictly how many bytes a pool gave back. */
  public static long readTrim(@Nullable Object tree) {
    return Strict.read(TRIM, tree, "trim");
  }

  /** How many bytes a pool gave back, as a JSON tree. */
  public static Map<String, Object> writeTrim(long bytes) {
    return Json.asObject(TRIM.write(bytes));
  }

  private static Type<Pool> pool() {
    Property<String> name = Property.of("name", Types.LINE, "what it is called");
    Property<String> driver = Property.of("driver", Types.LINE, "overlay or btrfs");
    Property<Pool.Kind> kind =
        Property.of(
            "kind",
            Types.mapped(
                Types.word("directory", "file", "device"),
                word -> Pool.Kind.valueOf(word.toUpperCase(Locale.ROOT)),
                k -> k.name().toLowerCase(Locale.ROOT)),
            "what it is on");
    Property<String> source = Property.of("source", Strict.RAW, "the file, device or directory");
    Property<Long> size = Property.of("size", Strict.COUNT, "bytes, used and free");
    Property<Long> free = Property.of("free", Strict.COUNT, "bytes that can still be written");
    Property<Boolean> quotas =
        Property.of("quotas", Types.BOOLEAN, "whether zones in it can have a quota");
    Property<Long> zones = Property.of("zones", Strict.COUNT, "how many have their dataset in it");
    Property<Long> volumes = Property.of("volumes", Strict.COUNT, "how many volumes are in it");
    Property<String> problem =
        Property.of("problem", Strict.RAW, "why it cannot be used now, and the mend");
    return new ObjectType<>(
        "pool",
        List.of(
            must(name, Pool::name),
            must(driver, Pool::driver),
            must(kind, Pool::kind),
            must(source, Pool::source),
            must(size, Pool::size),
            must(free, Pool::free),
            must(quotas, Pool::quotas),
            must(zones, Pool::zones),
            must(volumes, Pool::volumes),
            may(problem, Pool::problem)),
        v ->
            new Pool(
                v.get(name),
                v.get(driver),
                v.get(kind),
                v.get(source),
                v.get(size),
                v.get(free),
                v.get(quotas),
                v.get(zones),
                v.get(volumes),
                v.find(problem)));
  }

  private static Type<PoolRequest> request() {
    Property<String> name = Property.of("name", Types.LINE, "what it is to be called");
    Property<Long> size =
        Property.of(
            "size", Strict.COUNT, "bytes of the file that is made; half of what is free if absent");
    Property<String> path = Property.of("path", Types.PATH, "an empty directory of a btrfs");
    Property<String> device =
        Property.of("device", Types.PATH, "a block device with nothing on it");
    return new ObjectType<>(
        "pool request",
        List.of(
            must(name, PoolRequest::name),
            may(size, PoolRequest::size),
            may(path, PoolRequest::path),
            may(device, PoolRequest::device)),
        v -> new PoolRequest(v.get(name), v.find(size), v.find(path), v.find(device)));
  }

  private static Type<PoolScrub> scrub() {
    Property<Long> bytes = Property.of("bytes", Strict.COUNT, "how much was read");
    Property<Long> errors =
        Property.of("errors", Strict.COUNT, "blocks that were not as they were written");
    Property<Long> corrected =
        Property.of("corrected", Strict.COUNT, "those that were put right from a second copy");
    return new ObjectType<>(
        "scrub",
        List.of(
            must(bytes, PoolScrub::bytes),
            must(errors, PoolScrub::errors),
            must(corrected, PoolScrub::corrected)),
        v -> new PoolScrub(v.get(bytes), v.get(errors), v.get(corrected)));
  }

  private static Type<Long> trim() {
    Property<Long> bytes = Property.of("bytes", Strict.COUNT, "how much was given back");
    return new ObjectType<>("trim", List.of(must(bytes, all -> all)), v -> v.get(bytes));
  }
}
