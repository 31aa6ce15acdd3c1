package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoption;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** What is to be read back from a pool, and what became of what lies in it. */
public final class AdoptionJson {
  /** What is to be read back. */
  public static final Type<AdoptRequest> REQUEST = request();

  /** What became of what lies there. */
  public static final Type<Adoption> ADOPTION = adoption();

  private AdoptionJson() {}

  /** Reads strictly what is to be read back. */
  public static AdoptRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "adopt request");
  }

  /** What is to be read back, as a JSON tree. */
  public static Map<String, Object> write(AdoptRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  /** Reads strictly what became of what lies in a pool. */
  public static Adoption read(@Nullable Object tree) {
    return Strict.read(ADOPTION, tree, "adoption");
  }

  /** What became of what lies in a pool, as a JSON tree. */
  public static Map<String, Object> write(Adoption adoption) {
    return Json.asObject(ADOPTION.write(adoption));
  }

  private static Type<AdoptRequest> request() {
    Property<List<String>> objects =
        Property.of(
                "objects",
                Types.list(Types.LINE),
                "aliases, names or uuids of zones and volumes; all that are there if absent")
            .otherwise(List.of());
    Property<Map<String, String>> names =
        Property.of(
                "names",
                Types.map(
                    AdoptRequest.NAME,
                    Types.text(
                        AdoptRequest.NAME, "letters, digits, and inner '.', '_' and '-'", 63)),
                "what they are called from now on, by the alias, name or uuid that they have there")
            .otherwise(Map.of());
    Property<Boolean> trusted =
        Property.of(
                "trusted",
                Types.BOOLEAN,
                "whether zones are taken too whose payload reaches into the host")
            .otherwise(false);
    Property<Boolean> dryRun =
        Property.of("dry_run", Types.BOOLEAN, "whether it is only told what would become of each")
            .otherwise(false);
    return new ObjectType<>(
        "adopt request",
        List.of(
            or(objects, AdoptRequest::objects),
            or(names, AdoptRequest::names),
            or(trusted, AdoptRequest::trusted),
            or(dryRun, AdoptRequest::dryRun)),
        v -> new AdoptRequest(v.get(objects), v.get(names), v.get(trusted), v.get(dryRun)));
  }

  private static Type<Adoption> adoption() {
    Property<String> pool = Property.of("pool", Types.LINE, "the pool that was read");
    Property<List<Adoptee>> objects =
        Property.of("objects", Types.list(adoptee()), "what lies in it that was asked for");
    return new ObjectType<>(
        "adoption",
        List.of(must(pool, Adoption::pool), must(objects, Adoption::objects)),
        v -> new Adoption(v.get(pool), v.get(objects)));
  }

  private static Type<Adoptee> adoptee() {
    Property<Adoptee.Kind> kind =
        Property.of(
            "kind",
            Types.mapped(
                Types.word("zone", "volume", "dataset"),
                word -> Adoptee.Kind.valueOf(word.toUpperCase(Locale.ROOT)),
                each -> each.name().toLowerCase(Locale.ROOT)),
            "what it is; a dataset does not say whose it is");
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "its dataset's, and its own");
    Property<String> name = Property.of("name", Strict.RAW, "its alias or name; else its uuid");
    Property<UUID> zone =
        Property.of("zone", Types.UUID_TYPE, "the zone that a volume is the own of, and goes with");
    Property<Adoptee.Origin> image =
        Property.of("image", origin(), "the image that a zone was made of, which no pool has");
    Property<Long> snapshots = Property.of("snapshots", Strict.COUNT, "how many it has");
    Property<Adoptee.Fate> fate =
        Property.of(
            "fate",
            Types.mapped(
                Types.word("adoptable", "adopted", "refused", "here"),
                word -> Adoptee.Fate.valueOf(word.toUpperCase(Locale.ROOT)),
                each -> each.name().toLowerCase(Locale.ROOT)),
            "what became of it; adoptable in a dry run, here if this host has it already");
    Property<String> reason = Property.of("reason", Strict.RAW, "why it is refused");
    return new ObjectType<>(
        "adoptee",
        List.of(
            must(kind, Adoptee::kind),
            must(uuid, Adoptee::uuid),
            must(name, Adoptee::name),
            may(zone, Adoptee::zone),
            may(image, Adoptee::image),
            must(snapshots, Adoptee::snapshots),
            must(fate, Adoptee::fate),
            may(reason, Adoptee::reason)),
        v ->
            new Adoptee(
                v.get(kind),
                v.get(uuid),
                v.get(name),
                v.find(zone),
                v.find(image),
                v.get(snapshots),
                v.get(fate),
                v.find(reason)));
  }

  private static Type<Adoptee.Origin> origin() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "identity");
    Property<String> name =
        Property.of("name", Strict.RAW, "what it was called where the zone was last, as name:tag");
    Property<Boolean> here = Property.of("here", Types.BOOLEAN, "whether this host has it");
    return new ObjectType<>(
        "image of an adoptee",
        List.of(
            must(uuid, Adoptee.Origin::uuid),
            may(name, Adoptee.Origin::name),
            must(here, Adoptee.Origin::here)),
        v -> new Adoptee.Origin(v.get(uuid), v.find(name), v.get(here)));
  }
}
