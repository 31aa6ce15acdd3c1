package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import polder.model.PartialReceive;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.ResumeToken;
import polder.storage.stream.StreamMark;

/**
 * What is known of a stream that broke off: {@code partial/ID.json}. What came of it is a file in a
 * dataset of that id.
 *
 * @param id what it is called
 * @param zone the uuid of the zone here
 * @param name the zone's alias here, or its uuid
 * @param pool where it lies, and where a new zone is to lie
 * @param as the alias that was asked for, if it is to be another zone than the one sent
 * @param force whether what was changed here may be lost
 * @param plan what was sent
 * @param started when the first of it came
 * @param came when the last of it came
 * @param length how much of the file counts; 0 as long as nothing does
 * @param mark how far that is
 */
record PartialRecord(
    UUID id,
    UUID zone,
    String name,
    String pool,
    Optional<String> as,
    boolean force,
    StreamPlan plan,
    Instant started,
    Instant came,
    long length,
    StreamMark mark) {
  static final StreamMark NOTHING = new StreamMark(0, "");

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** The record when more of it is there. */
  PartialRecord at(StreamMark reached, long size) {
    return new PartialRecord(
        id, zone, name, pool, as, force, plan, started, Instant.now(), size, reached);
  }

  boolean isEmpty() {
    return mark.equals(NOTHING);
  }

  /** What a caller is told. */
  PartialReceive view(boolean receiving) {
    return new PartialReceive(
        id,
        name,
        plan.name(),
        pool,
        length,
        started,
        came,
        receiving,
        receiving || isEmpty() ? Optional.empty() : Optional.of(token()));
  }

  private ResumeToken token() {
    return new ResumeToken(
        id,
        plan.zone(),
        plan.snapshot(),
        plan.since(),
        plan.history(),
        plan.withoutImage(),
        mark.records(),
        mark.digest());
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("id", id.toString());
    tree.put("zone", zone.toString());
    tree.put("name", name);
    tree.put("pool", pool);
    as.ifPresent(alias -> tree.put("as", alias));
    tree.put("force", force);
    tree.put("plan", plan.write());
    tree.put("started", started.toString());
    tree.put("came", came.toString());
    tree.put("length", length);
    tree.put("records", mark.records());
    tree.put("digest", mark.digest());
    return tree;
  }

  static PartialRecord read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    StreamMark mark = new StreamMark(fields.number("records"), fields.text("digest"));
    if (!mark.equals(NOTHING) && (mark.records() < 1 || !DIGEST.matcher(mark.digest()).matches())) {
      throw Fields.wrong("digest");
    }
    try {
      return new PartialRecord(
          fields.uuid("id"),
          fields.uuid("zone"),
          fields.text("name"),
          Pool.checkName(fields.text("pool")),
          fields.optionalText("as"),
          fields.flag("force"),
          StreamPlan.read(fields.object("plan")),
          fields.time("started"),
          fields.time("came"),
          Math.max(0, fields.number("length")),
          mark);
    } catch (PolderException e) {
      throw Document.damaged(String.valueOf(e.getMessage()));
    }
  }
}
