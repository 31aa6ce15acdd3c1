package polder.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.Snapshot;

/**
 * Which snapshots of a zone a stream is of: all that its sender needs to write it again.
 *
 * @param zone the uuid of the zone where it is sent
 * @param snapshot the id of the last one
 * @param name what that is called where it is sent
 * @param since the id of the one that the stream begins from
 * @param history whether all snapshots between the two are in it
 * @param withoutImage whether it leaves out what is as in the zone's image
 */
record StreamPlan(
    UUID zone,
    UUID snapshot,
    String name,
    Optional<UUID> since,
    boolean history,
    boolean withoutImage) {

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("zone", zone.toString());
    tree.put("id", snapshot.toString());
    tree.put("snapshot", name);
    since.ifPresent(id -> tree.put("since", id.toString()));
    tree.put("history", history);
    tree.put("without_image", withoutImage);
    return tree;
  }

  /**
   * Reads it.
   *
   * @throws polder.model.PolderException what is wrong with it
   */
  static StreamPlan read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    StreamPlan plan =
        new StreamPlan(
            fields.uuid("zone"),
            fields.uuid("id"),
            Snapshot.checkName(fields.text("snapshot")),
            fields.optionalText("since").map(text -> fields.uuid("since")),
            fields.flag("history"),
            fields.flag("without_image"));
    if (plan.since().isPresent() && plan.withoutImage()) {
      throw Fields.wrong("since");
    }
    return plan;
  }
}
