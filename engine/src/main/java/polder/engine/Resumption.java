package polder.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import polder.model.PolderException;
import polder.model.ResumeToken;
import polder.storage.stream.StreamMark;

/**
 * What the rest of a stream says first: of which it is, and behind what of that.
 *
 * @param partial what the receiver calls what it has
 * @param mark how far that goes
 */
record Resumption(UUID partial, StreamMark mark) {
  static Resumption of(ResumeToken token) {
    return new Resumption(token.partial(), new StreamMark(token.records(), token.digest()));
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("partial", partial.toString());
    tree.put("records", mark.records());
    tree.put("digest", mark.digest());
    return tree;
  }

  /**
   * Reads it.
   *
   * @throws PolderException INVALID
   */
  static Resumption read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    try {
      return new Resumption(
          fields.uuid("partial"), new StreamMark(fields.number("records"), fields.text("digest")));
    } catch (PolderException e) {
      throw StreamPart.refused(e);
    }
  }
}
