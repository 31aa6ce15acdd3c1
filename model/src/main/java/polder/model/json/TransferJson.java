package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.PartialReceive;
import polder.model.Property;
import polder.model.ResumeToken;
import polder.model.Type;
import polder.model.Types;

/** What is kept of streams that broke off. */
public final class TransferJson {
  /** Where one broke off, as a word. */
  public static final Type<ResumeToken> TOKEN =
      Types.mapped(Types.LINE, ResumeToken::parse, ResumeToken::text);

  /** What is kept of one. */
  public static final Type<PartialReceive> PARTIAL = partial();

  private TransferJson() {}

  /** Reads strictly what is kept of one. */
  public static PartialReceive read(@Nullable Object tree) {
    return Strict.read(PARTIAL, tree, "partial receive");
  }

  /** What is kept of one, as a JSON tree. */
  public static Map<String, Object> write(PartialReceive partial) {
    return Json.asObject(PARTIAL.write(partial));
  }

  private static Type<PartialReceive> partial() {
    Property<UUID> id = Property.of("id", Types.UUID_TYPE, "what it is called here");
    Property<String> zone = Property.of("zone", Types.LINE, "the alias or uuid of the zone here");
    Property<String> snapshot = Property.of("snapshot", Types.LINE, "which one was sent");
    Property<String> pool = Property.of("pool", Types.LINE, "the pool that it lies in");
    Property<Long> size =
        Property.of("size", Strict.COUNT, "bytes of the stream that are kept, and take that room");
    Property<Instant> started =
        Property.of("started_at", Strict.INSTANT, "when the first of it came");
    Property<Instant> came = Property.of("came_at", Strict.INSTANT, "when the last of it came");
    Property<Boolean> receiving =
        Property.of("receiving", Types.BOOLEAN, "whether more of it comes now");
    Property<ResumeToken> token =
        Property.of("token", TOKEN, "with which its sender goes on, while no more of it comes");
    return new ObjectType<>(
        "partial receive",
        List.of(
            must(id, PartialReceive::id),
            must(zone, PartialReceive::zone),
            must(snapshot, PartialReceive::snapshot),
            must(pool, PartialReceive::pool),
            must(size, PartialReceive::size),
            must(started, PartialReceive::started),
            must(came, PartialReceive::came),
            must(receiving, PartialReceive::receiving),
            may(token, PartialReceive::token)),
        v ->
            new PartialReceive(
                v.get(id),
                v.get(zone),
                v.get(snapshot),
                v.get(pool),
                v.get(size),
                v.get(started),
                v.get(came),
                v.get(receiving),
                v.find(token)));
  }
}
