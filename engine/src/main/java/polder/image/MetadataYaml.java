package polder.image;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.model.Json;
import polder.model.PolderException;

/**
 * As much of YAML as the {@code metadata.yaml} of images of Incus and LXC has: mappings by
 * indentation, lists of one word a line, plain and quoted scalars, empty {@code {}} and {@code []}.
 * Anchors, tags, block scalars and other documents are refused. Everything is text.
 */
final class MetadataYaml {
  /** The longest that is read, in bytes. */
  static final int LONGEST = 1 << 20;

  private static final int DEEPEST = 8;
  private static final String NOT_PLAIN = "&*!|>%@`{}[],\"'#?-";

  /** A line that says something: how far it is indented, and what it says. */
  private record Line(int number, int indent, String text) {}

  private final List<Line> lines = new ArrayList<>();
  private int next;

  private MetadataYaml() {}

  /**
   * Reads a mapping.
   *
   * @throws polder.model.PolderException INVALID with the number of the line
   */
  static Map<String, Object> read(byte[] file) {
    if (file.length > LONGEST) {
      throw Refusal.invalid("metadata.yaml is longer than %d bytes", LONGEST);
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
    } catch (CharacterCodingException e) {
      throw Refusal.invalid("metadata.yaml is not in UTF-8");
    }
    if (text.stripLeading().startsWith("{")) {
      return Json.object(file); // which is YAML, too
    }
    MetadataYaml yaml = new MetadataYaml();
    yaml.split(text);
    Map<String, Object> tree = yaml.mapping(0, 0);
    if (yaml.next < yaml.lines.size()) {
      throw refused(yaml.lines.get(yaml.next), "it is indented as nothing before it");
    }
    return tree;
  }

  private static RuntimeException refused(Line line, String why) {
    return Refusal.invalid("metadata.yaml is refused: line %d: %s", line.number(), why);
  }

  private void split(String text) {
    int number = 0;
    for (String raw : text.split("\\r?\\n", -1)) {
      number++;
      int indent = 0;
      while (indent < raw.length() && raw.charAt(indent) == ' ') {
        indent++;
      }
      Line line = new Line(number, indent, raw.substring(indent).stripTrailing());
      if (line.text().chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
        throw refused(line, "there is a control character in it");
      }
      boolean start = line.text().equals("---") && lines.isEmpty();
      if (!line.text().isEmpty() && !line.text().startsWith("#") && !start) {
        lines.add(line);
      }
    }
  }

  private Map<String, Object> mapping(int indent, int depth) {
    if (depth > DEEPEST) {
      throw refused(lines.get(next), "it is nested more than %d deep".formatted(DEEPEST));
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    while (next < lines.size() && lines.get(next).indent() == indent) {
      Line line = lines.get(next);
      int colon = colon(line);
      String key = scalar(line, line.text().substring(0, colon));
      String rest = line.text().substring(colon + 1).strip();
      next++;
      Object value = rest.isEmpty() ? below(indent, depth) : value(line, rest);
      if (tree.put(key, value) != null) {
        throw refused(line, "'%s' is there twice".formatted(shown(key)));
      }
    }
    return tree;
  }

  private static String shown(String key) {
    String start = key.length() <= 60 ? key : key.substring(0, 60) + "…";
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  /** Where the colon after a key is. */
  private static int colon(Line line) {
    String text = line.text();
    int from = 0;
    char first = text.charAt(0);
    if (first == '"' || first == '\'') {
      from = text.indexOf(first, 1) + 1;
    }
    int colon = text.indexOf(": ", from);
    if (colon < 0 && text.endsWith(":")) {
      colon = text.length() - 1;
    }
    if (colon < 1 || (from == 0 && first == '"')) {
      throw refused(line, "it has no 'name: value'");
    }
    return colon;
  }

  /** What is under a key that has nothing beside it. */
  private Object below(int indent, int depth) {
    if (next == lines.size()) {
      return "";
    }
    Line line = lines.get(next);
    if (line.text().startsWith("- ") && line.indent() >= indent) {
      return list(line.indent());
    }
    return line.indent() > indent ? mapping(line.indent(), depth + 1) : "";
  }

  private List<Object> list(int indent) {
    List<Object> items = new ArrayList<>();
    while (next < lines.size()
        && lines.get(next).indent() == indent
        && lines.get(next).text().startsWith("- ")) {
      Line line = lines.get(next++);
      items.add(scalar(line, line.text().substring(2).strip()));
    }
    return items;
  }

  private Object value(Line line, String text) {
    if (text.equals("{}")) {
      return Map.of();
    }
    if (text.equals("[]")) {
      return List.of();
    }
    StringBuilder value = new StringBuilder(scalar(line, text));
    boolean plain = NOT_PLAIN.indexOf(text.charAt(0)) < 0;
    while (plain && next < lines.size() && lines.get(next).indent() > line.indent()) {
      value.append(' ').append(scalar(lines.get(next), lines.get(next).text())); // it is folded
      next++;
    }
    return value.toString();
  }

  private static String scalar(Line line, String text) {
    if (text.isEmpty()) {
      return "";
    }
    char first = text.charAt(0);
    char last = text.charAt(text.length() - 1);
    if (first == '\'') {
      String inner =
          text.length() > 1 && last == first ? text.substring(1, text.length() - 1) : "'";
      if (inner.replace("''", "").indexOf('\'') >= 0) {
        throw refused(line, "a quotation does not end in it");
      }
      return inner.replace("''", "'");
    }
    if (first == '"') {
      return doubleQuoted(line, text);
    }
    boolean negative = first == '-' && text.length() > 1 && text.charAt(1) != ' ';
    if (NOT_PLAIN.indexOf(first) >= 0 && !negative) {
      throw refused(line, "'%s' is not read here".formatted(first));
    }
    if (text.contains(": ") || text.endsWith(":")) {
      throw refused(line, "there are two names in it");
    }
    int comment = text.indexOf(" #");
    return comment < 0 ? text : text.substring(0, comment).stripTrailing();
  }

  /** Its escapes are those of JSON, or refused. */
  private static String doubleQuoted(Line line, String text) {
    try {
      if (Json.read(text) instanceof String value) {
        return value;
      }
    } catch (PolderException e) {
      // told below, with the line
    }
    throw refused(line, "a quotation does not end in it, or has an escape that is not read here");
  }
}
