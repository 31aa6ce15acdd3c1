package polder.model;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where a stream of a zone broke off, told by who received it to who sends. Nobody believes it: the
 * sender writes the stream anew from its beginning, and gives away nothing before the digest of
 * what it leaves out is the one that is told here.
 *
 * @param partial what the receiver calls what it has
 * @param zone the uuid of the zone where it is sent
 * @param snapshot the id of the snapshot that is sent; on every host the same
 * @param since the id of the one that the stream begins from
 * @param history whether all snapshots up to that one are in it
 * @param withoutImage whether it leaves out what is as in the zone's image
 * @param records how many records of it the receiver has, after the head; at least 1
 * @param digest SHA-256 of those, in lower-case hexadecimal
 */
public record ResumeToken(
    UUID partial,
    UUID zone,
    UUID snapshot,
    Optional<UUID> since,
    boolean history,
    boolean withoutImage,
    long records,
    String digest) {
  private static final String FORM = "polder1-"; // of its text; another one gets another number
  private static final int LONGEST = 1024;
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  public ResumeToken {
    if (records < 1 || !DIGEST.matcher(digest).matches() || (since.isPresent() && withoutImage)) {
      throw refused();
    }
  }

  private static PolderException refused() {
    return new PolderException(
        ErrorKind.INVALID,
        "the resume token is refused: it is damaged or none; copy it whole from 'polder receive --list'");
  }

  /** The token as one word, of letters, digits, {@code -} and {@code _}. */
  public String text() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("partial", partial.toString());
    tree.put("zone", zone.toString());
    tree.put("snapshot", snapshot.toString());
    since.ifPresent(id -> tree.put("since", id.toString()));
    tree.put("history", history);
    tree.put("without_image", withoutImage);
    tree.put("records", records);
    tree.put("digest", digest);
    byte[] bytes = Json.write(tree).getBytes(StandardCharsets.UTF_8);
    return FORM + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Reads what {@link #text} wrote, and nothing else.
   *
   * @throws PolderException INVALID
   */
  public static ResumeToken parse(String text) {
    if (text.length() > LONGEST || !text.startsWith(FORM)) {
      throw refused();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text.substring(FORM.length()));
      Map<String, Object> tree = Json.object(bytes);
      ResumeToken token =
          new ResumeToken(
              uuid(tree, "partial"),
              uuid(tree, "zone"),
              uuid(tree, "snapshot"),
              tree.containsKey("since") ? Optional.of(uuid(tree, "since")) : Optional.empty(),
              Boolean.TRUE.equals(tree.get("history")),
              Boolean.TRUE.equals(tree.get("without_image")),
              tree.get("records") instanceof Long records ? records : 0,
              String.valueOf(tree.get("digest")));
      if (!token.text().equals(text)) { // there is one way of writing each
        throw refused();
      }
      return token;
    } catch (IllegalArgumentException | PolderException e) {
      PolderException refused = refused();
      refused.initCause(e);
      throw refused;
    }
  }

  private static UUID uuid(Map<String, Object> tree, String name) {
    return UUID.fromString(String.valueOf(tree.get(name)));
  }
}
