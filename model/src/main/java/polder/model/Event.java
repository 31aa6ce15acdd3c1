package polder.model;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that happened on the host.
 *
 * @param cursor its number, one more than that of the event before; ask for what came after it
 * @param time when, UTC
 * @param kind what, as {@code noun.verb}: {@code zone.create}, {@code zone.start}, {@code
 *     zone.exit}, {@code image.import} …
 * @param zone the zone it happened to
 * @param name what the zone or image is called
 * @param details more, by kind: {@code exit_status}, {@code changes} …
 */
public record Event(
    long cursor,
    Instant time,
    String kind,
    Optional<UUID> zone,
    String name,
    Map<String, Object> details) {
  public Event {
    details = Map.copyOf(details);
  }
}
