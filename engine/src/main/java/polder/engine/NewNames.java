package polder.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import polder.model.Adoptee;
import polder.model.Adoptee.Kind;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.Volume;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * What objects of a pool are called from their adoption on, if not as they were. Zones' payloads
 * name volumes: they follow.
 */
final class NewNames {
  private static final Pattern UUIDS = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final Map<UUID, String> names = new HashMap<>();
  private final Map<String, String> volumes = new HashMap<>(); // by what payloads in the pool say

  private NewNames() {}

  /**
   * The names that were asked for.
   *
   * @param asked by what an object is called in the pool
   * @param objects what is to be taken
   * @param isTaken whether a volume of that name was taken from this pool before
   * @throws PolderException INVALID, with each that cannot be given
   */
  static NewNames of(
      Map<String, String> asked, List<PoolContents.Found> objects, Predicate<String> isTaken) {
    NewNames all = new NewNames();
    List<Fault> faults = new ArrayList<>();
    asked.forEach(
        (old, name) ->
            all.add(old, name, objects, isTaken)
                .ifPresent(why -> faults.add(new Fault("names." + old, why))));
    if (!faults.isEmpty()) {
      throw new PolderException("the new names are refused", faults);
    }
    return all;
  }

  /** Adds one; or says what is wrong with it. */
  private Optional<String> add(
      String old, String name, List<PoolContents.Found> objects, Predicate<String> isTaken) {
    List<Adoptee> called =
        objects.stream().filter(each -> each.isCalled(old)).map(PoolContents.Found::seen).toList();
    if (called.size() > 1) {
      return Optional.of("%d objects are called so; say its uuid".formatted(called.size()));
    }
    if (called.isEmpty()) {
      if (!isTaken.test(name)) {
        return Optional.of("nothing that is to be taken is called so; see a dry run");
      }
      volumes.put(old, name);
      return Optional.empty();
    }
    Adoptee one = called.getFirst();
    if (one.kind() == Kind.DATASET || one.zone().isPresent()) {
      return Optional.of("it has no name of its own");
    }
    Optional<String> wrong = wrong(one.kind(), name);
    if (wrong.isEmpty()) {
      names.put(one.uuid(), name);
      if (one.kind() == Kind.VOLUME) {
        volumes.put(one.name(), name);
      }
    }
    return wrong;
  }

  private static Optional<String> wrong(Kind kind, String name) {
    if (UUIDS.matcher(name).matches()) {
      return Optional.of("'%s' reads as the uuid of another".formatted(name));
    }
    List<Fault> faults = new ArrayList<>();
    if (kind == Kind.ZONE) {
      var _ = ZoneProperties.ALIAS.type().read(name, "alias", faults);
    } else {
      try {
        String _ = Volume.checkName(name);
      } catch (PolderException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    }
    return faults.stream().map(Fault::message).findFirst();
  }

  /** What an object is called from now on, if not as it is. */
  Optional<String> of(UUID object) {
    return Optional.ofNullable(names.get(object));
  }

  /** What is called otherwise as that. */
  Adoptee of(Adoptee one) {
    return of(one.uuid()).map(one::called).orElse(one);
  }

  /** A zone's payload with its new alias, and with what volumes are called by now. */
  ZoneSpec follow(ZoneSpec spec) {
    ZoneSpec named =
        of(spec.uuid()).map(alias -> spec.with(ZoneProperties.ALIAS, alias)).orElse(spec);
    List<Filesystem> before = named.get(ZoneProperties.FILESYSTEMS);
    List<Filesystem> after = before.stream().map(this::follow).toList();
    return after.equals(before) ? named : named.with(ZoneProperties.FILESYSTEMS, after);
  }

  private Filesystem follow(Filesystem each) {
    if (!each.isVolume() || !volumes.containsKey(each.volume())) {
      return each;
    }
    String source = volumes.get(each.volume()) + each.source().substring(each.volume().length());
    return new Filesystem(source, each.target(), each.type(), each.options());
  }
}
