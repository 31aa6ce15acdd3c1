package polder.api.fake;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PartialReceive;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;

/** What is kept of fake streams that broke off; a record of one is a byte. */
final class FakePartials {
  private final Map<UUID, Kept> all = new ConcurrentHashMap<>();

  /**
   * What came of one.
   *
   * @param head what the stream says first
   * @param came what came after that, a character a byte
   */
  record Kept(
      UUID id,
      Map<String, Object> head,
      String came,
      ReceiveRequest request,
      Instant started,
      Instant at) {

    byte[] bytes() {
      return came.getBytes(StandardCharsets.ISO_8859_1);
    }

    private UUID uuid(String name) {
      return UUID.fromString(String.valueOf(head.get(name)));
    }

    private ResumeToken token() {
      return new ResumeToken(
          id,
          uuid("uuid"),
          uuid("id"),
          head.containsKey("since") ? Optional.of(uuid("since")) : Optional.empty(),
          Boolean.TRUE.equals(head.get("history")),
          Boolean.TRUE.equals(head.get("without_image")),
          came.length(),
          digest(bytes()));
    }

    private PartialReceive view() {
      return new PartialReceive(
          id,
          request.as().orElse(String.valueOf(head.get("zone"))),
          String.valueOf(head.get("snapshot")),
          request.pool().orElse(Pool.DEFAULT),
          came.length(),
          started,
          at,
          false,
          Optional.of(token()));
    }
  }

  static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** What the rest of a stream says first. */
  static Map<String, Object> rest(ResumeToken token) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("partial", token.partial().toString());
    head.put("records", token.records());
    head.put("digest", token.digest());
    return head;
  }

  List<PartialReceive> list() {
    return all.values().stream()
        .sorted(Comparator.comparing(Kept::started).thenComparing(Kept::id))
        .map(Kept::view)
        .toList();
  }

  /** What is kept of the stream of which the rest begins with {@code head}. */
  Kept behind(Map<String, Object> head, ReceiveRequest request) {
    Kept kept = get(String.valueOf(head.get("partial")));
    if (!Json.write(rest(kept.token())).equals(Json.write(head))) {
      throw new PolderException(
          ErrorKind.INVALID, "the stream goes on from another place than what is kept of it");
    }
    boolean other =
        (request.as().isPresent() && !request.as().equals(kept.request().as()))
            || (request.pool().isPresent() && !request.pool().equals(kept.request().pool()));
    if (other) {
      throw new PolderException(ErrorKind.INVALID, "the stream goes on as it was begun");
    }
    return kept;
  }

  private Kept get(String id) {
    return all.values().stream()
        .filter(kept -> kept.id().toString().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND, "nothing is kept here of stream %s".formatted(id)));
  }

  void put(UUID id, Map<String, Object> head, byte[] bytes, ReceiveRequest request) {
    Instant now = Instant.now();
    Instant started = Optional.ofNullable(all.get(id)).map(Kept::started).orElse(now);
    String came = new String(bytes, StandardCharsets.ISO_8859_1);
    all.put(
        id,
        new Kept(
            id,
            Json.object(Json.write(head).getBytes(StandardCharsets.UTF_8)),
            came,
            request,
            started,
            now));
  }

  /** Takes one away, if it is there. */
  void remove(UUID id) {
    all.remove(id);
  }

  void abort(UUID id) {
    all.remove(get(id.toString()).id());
  }
}
